/**
 * A store of tuning records that several machines share, on Redis or Valkey.
 */
@SuppressWarnings("requires-automatic") // Jedis has no module descriptor
module dev.kernelwright.cache.redis {
    requires transitive dev.kernelwright.cache;
    requires org.slf4j;
    requires redis.clients.jedis;

    exports dev.kernelwright.cache.redis;

    provides dev.kernelwright.cache.SharedStoreProvider with dev.kernelwright.cache.redis.RedisStoreProvider;
}
