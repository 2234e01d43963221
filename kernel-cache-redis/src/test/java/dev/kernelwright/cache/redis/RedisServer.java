package dev.kernelwright.cache.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A Redis or Valkey server on a free port of the loopback, for as long as a test. */
final class RedisServer {
    private static final int TRIES = 3;

    private final Path program;
    private final Path folder;
    private final int port;
    private Process process;

    private RedisServer(Path program, Path folder, int port) {
        this.program = program;
        this.folder = folder;
        this.port = port;
    }

    /** Starts a server, or skips the test where there is none. */
    static RedisServer start(Path folder) throws IOException, InterruptedException {
        Optional<Path> program = program();
        assumeTrue(program.isPresent(), "no redis-server or valkey-server on the PATH: install Debian's redis-server");
        for (int tries = 1;; tries++) {
            RedisServer server = new RedisServer(program.get(), folder, freePort());
            try {
                server.start();
                return server;
            } catch (IOException e) {
                server.stop();
                // Another program may have taken the port in the meantime.
                if (tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static Optional<Path> program() {
        return Stream.of("redis-server", "valkey-server")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder.isEmpty() ? "." : folder).resolve(name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** Starts it again after {@link #stop}; what it had is lost. */
    void start() throws IOException, InterruptedException {
        process = new ProcessBuilder(List.of(program.toString(), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!answers()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException("no " + program + " came up on the port " + port);
            }
            Thread.sleep(20);
        }
    }

    /** Returns whether it is this server that answers on the port. */
    private boolean answers() {
        try (Jedis redis = new Jedis(uri())) {
            return redis.info("server").contains("process_id:" + process.pid() + "\r");
        } catch (JedisException e) {
            return false;
        }
    }

    void stop() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }
}
