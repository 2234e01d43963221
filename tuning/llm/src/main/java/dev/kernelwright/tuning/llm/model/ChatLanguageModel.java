package dev.kernelwright.tuning.llm.model;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A provider's model behind LangChain4j.
 *
 * <p>A plan is asked for with a schema, which most providers hold their models to. One that refuses the schema is asked
 * without from then on: the question says the form in words too, and the answer is read as strictly.
 */
final class ChatLanguageModel implements LanguageModel {
    private static final ResponseFormat IDEAS = ResponseFormat.builder().type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder().name("plan").rootElement(JsonObjectSchema.builder()
                    .addProperty("ideas", JsonArraySchema.builder().items(JsonObjectSchema.builder()
                            .addStringProperty("name").addStringProperty("sketch").required("name", "sketch")
                            .additionalProperties(false).build()).build())
                    .required("ideas").additionalProperties(false).build()).build())
            .build();

    private final String name;
    private final boolean paid;
    private final ChatModel model;
    private final BoundedHttpClient http;
    private boolean takesSchemas = true;

    ChatLanguageModel(String name, boolean paid, ChatModel model, BoundedHttpClient http) {
        this.name = name;
        this.paid = paid;
        this.model = model;
        this.http = http;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isPaid() {
        return paid;
    }

    @Override
    public boolean isPatient() {
        return false;
    }

    @Override
    public synchronized ModelReply ask(ModelRequest request) throws ModelException {
        http.allow(request.timeout());
        boolean hasSchema = request.form() == ModelRequest.Form.IDEAS && takesSchemas;
        try {
            ChatResponse response = model.chat(ChatRequest.builder()
                    .responseFormat(hasSchema ? IDEAS : null)
                    .messages(SystemMessage.from(request.system()), UserMessage.from(request.user()))
                    .maxOutputTokens(request.maxOutputTokens())
                    .build());
            String text = response.aiMessage() == null ? null : response.aiMessage().text();
            TokenUsage usage = response.tokenUsage();
            return new ModelReply(text == null ? "" : shorten(text),
                    usage == null ? -1 : count(usage.inputTokenCount()),
                    usage == null ? -1 : count(usage.outputTokenCount()));
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof HttpFailure failure) {
                    if (hasSchema && (failure.status() == 400 || failure.status() == 422)) {
                        takesSchemas = false;
                        throw ModelException.refused(ModelException.Kind.TRANSIENT,
                                String.valueOf(failure.getMessage()), Duration.ZERO);
                    }
                    throw failure.failure();
                }
            }
            // An answer that is no answer in the provider's protocol; what it holds is not repeated.
            throw new ModelException(ModelException.Kind.UNUSABLE, "the model " + name
                    + " gave an answer that its protocol does not know (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static String shorten(String text) {
        return text.length() > ModelReply.MAX_CHARS ? text.substring(0, ModelReply.MAX_CHARS) : text;
    }

    private static long count(@Nullable Integer tokens) {
        return tokens == null || tokens < 0 ? -1 : tokens;
    }
}
