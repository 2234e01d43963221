package dev.kernelwright.cache.redis;

import dev.kernelwright.cache.SharedStoreProvider;
import dev.kernelwright.spi.KernelStore;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the {@link RedisStore} that {@value #VARIABLE} names; there is none if that is not set. */
public final class RedisStoreProvider implements SharedStoreProvider {
    /** The environment variable that names the server: {@code redis[s]://[user:password@]host[:port][/database]}. */
    public static final String VARIABLE = "KERNELWRIGHT_REDIS";

    private static final Logger LOG = LoggerFactory.getLogger(RedisStoreProvider.class);

    private final Map<String, String> environment;

    /** Creates the provider; for {@link java.util.ServiceLoader}. */
    public RedisStoreProvider() {
        this(System.getenv());
    }

    RedisStoreProvider(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Optional<KernelStore> open() {
        String named = environment.getOrDefault(VARIABLE, "").strip();
        if (named.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(RedisStore.open(URI.create(named)));
        } catch (IllegalArgumentException e) {
            // Without the text, which may hold a password.
            LOG.warn("{} is set to something that names no server, so kernels are not shared: use"
                    + " redis://host:port", VARIABLE);
            return Optional.empty();
        }
    }
}
