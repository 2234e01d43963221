/** A store of tuning records that several machines share, on Redis or Valkey; off unless configured. */
@NullMarked
package dev.kernelwright.cache.redis;

import org.jspecify.annotations.NullMarked;
