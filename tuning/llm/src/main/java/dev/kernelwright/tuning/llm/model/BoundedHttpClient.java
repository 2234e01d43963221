package dev.kernelwright.tuning.llm.model;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP under LangChain4j's clients, with a limit on everything: time, from the first byte sent to the last one read,
 * so that a slow drip ends too, and the bytes of an answer.
 *
 * <p>LangChain4j's own client ends only the wait for the headers, reads bodies of any size, and drops Retry-After.
 * This one follows no redirects, so a key goes to the host it was given for and to no other, and removes the key from
 * what a server says.
 */
final class BoundedHttpClient implements HttpClient {
    /** A kernel with its explanation has some kilobytes. */
    static final int MAX_BYTES = 4 << 20;
    private static final int MAX_SAID_CHARS = 300;
    private static final Duration CONNECT_TIME = Duration.ofSeconds(10);
    private static final String HIDDEN = "(key)";

    private final java.net.http.HttpClient http;
    private final @Nullable String secret;
    /** The time of the call under way: {@link ChatLanguageModel} makes one at a time. */
    private Duration timeout = Duration.ofMinutes(1);

    /** Creates a client; {@code secret} is what must not be repeated, or null. */
    BoundedHttpClient(@Nullable String secret) {
        this.secret = secret;
        // HTTP/1.1, since an upgrade to 2 is an additional header that small servers trip over.
        this.http = java.net.http.HttpClient.newBuilder().version(Version.HTTP_1_1).connectTimeout(CONNECT_TIME)
                .followRedirects(Redirect.NEVER).build();
    }

    /** Sets how long the next call may take. */
    void allow(Duration time) {
        timeout = time;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        CompletableFuture<HttpResponse<byte[]>> pending = http.sendAsync(convert(request),
                info -> new Limited(MAX_BYTES));
        try {
            HttpResponse<byte[]> response = pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            String body = hide(new String(response.body(), StandardCharsets.UTF_8));
            int status = response.statusCode();
            if (status < 200 || status > 299) {
                throw new HttpFailure(failure(request, status, body,
                        response.headers().firstValue("Retry-After").orElse("")), status);
            }
            return SuccessfulHttpResponse.builder().statusCode(status).headers(response.headers().map()).body(body)
                    .build();
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new HttpFailure(new ModelException(ModelException.Kind.TRANSIENT, "the model at " + host(request)
                    + " did not answer within " + timeout.toSeconds() + " s"));
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new HttpFailure(new ModelException(ModelException.Kind.INTERRUPTED,
                    "the call of the model at " + host(request) + " was interrupted"));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof OversizeException) {
                throw new HttpFailure(new ModelException(ModelException.Kind.UNUSABLE, "the model at " + host(request)
                        + " gave an answer of more than " + MAX_BYTES + " bytes"));
            }
            String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new HttpFailure(new ModelException(ModelException.Kind.TRANSIENT, "the model at " + host(request)
                    + " could not be reached or gave no whole answer: " + hide(said)));
        }
    }

    private java.net.http.HttpRequest convert(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder.method(request.method().name(), request.body() == null
                ? BodyPublishers.noBody()
                : BodyPublishers.ofString(request.body(), StandardCharsets.UTF_8)).build();
    }

    private ModelException failure(HttpRequest request, int status, String body, String retryAfter) {
        String said = body.replaceAll("\\s+", " ").strip();
        String shown = said.length() > MAX_SAID_CHARS ? said.substring(0, MAX_SAID_CHARS) + " ..." : said;
        String message = "the model at " + host(request) + " answered with status " + status
                + (shown.isEmpty() ? "" : ": " + shown);
        ModelException.Kind kind = switch (status) {
            case 408, 409, 425, 429 -> ModelException.Kind.TRANSIENT;
            default -> status >= 500 ? ModelException.Kind.TRANSIENT : ModelException.Kind.PERMANENT;
        };
        String cure = switch (status) {
            case 401, 403 -> "; check the key";
            case 404 -> "; check the model's name and the base URL";
            default -> "";
        };
        return ModelException.refused(kind, message + cure, wait(retryAfter));
    }

    /** Reads Retry-After, in seconds or as a date; what is neither is no wish. */
    private static @Nullable Duration wait(String value) {
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Duration time = Duration.between(Instant.now(),
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return time.isNegative() ? Duration.ZERO : time;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private String hide(String text) {
        return secret == null || secret.isEmpty() ? text : text.replace(secret, HIDDEN);
    }

    private static String host(HttpRequest request) {
        URI uri = URI.create(request.url());
        return uri.getScheme() + "://" + uri.getAuthority();
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("a stream was asked for, but kernels are read as a whole");
    }

    /** Hands this client to LangChain4j, whose builders want to build one. */
    HttpClientBuilder builder() {
        return new Fixed(this);
    }

    private record Fixed(BoundedHttpClient client) implements HttpClientBuilder {
        @Override
        public @Nullable Duration connectTimeout() {
            return null;
        }

        @Override
        public HttpClientBuilder connectTimeout(@Nullable Duration ignored) {
            return this;
        }

        @Override
        public @Nullable Duration readTimeout() {
            return null;
        }

        @Override
        public HttpClientBuilder readTimeout(@Nullable Duration ignored) {
            return this;
        }

        @Override
        public HttpClient build() {
            return client;
        }
    }

    private static final class OversizeException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Reads a body up to a limit, and fails beyond it. */
    private static final class Limited implements HttpResponse.BodySubscriber<byte[]> {
        private final int maxBytes;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        Limited(int maxBytes) {
            this.maxBytes = maxBytes;
        }

        @Override
        public CompletableFuture<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > maxBytes) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    result.completeExceptionally(new OversizeException());
                    return;
                }
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                bytes.writeBytes(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(bytes.toByteArray());
        }
    }
}
