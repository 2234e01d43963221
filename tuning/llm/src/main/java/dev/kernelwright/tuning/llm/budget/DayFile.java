package dev.kernelwright.tuning.llm.budget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What all processes of a host have spent and reserved today: a file of one line for each day, changed under its lock.
 *
 * <p>A file that cannot be read as one is an error and not an empty one: who damages it must not get a new budget.
 */
final class DayFile {
    private static final Pattern LINE = Pattern.compile("calls=(\\d{1,18}) tokens=(\\d{1,18}) microDollars=(\\d{1,18})"
            + " millis=(\\d{1,18})\n?");
    private static final int MAX_BYTES = 256;

    private final Path folder;

    DayFile(Path folder) {
        this.folder = folder;
    }

    /** Changes the amount of a day, and returns it as changed; what does not change is not written. */
    Spending update(LocalDate day, UnaryOperator<Spending> change) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("spent-" + day + ".txt");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            // Released with the channel.
            channel.lock();
            Spending before = read(channel, file);
            Spending after = change.apply(before);
            if (!after.equals(before)) {
                write(channel, after);
            }
            return after;
        }
    }

    private static Spending read(FileChannel channel, Path file) throws IOException {
        if (channel.size() == 0) {
            return Spending.NONE;
        }
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // Until all is read.
        }
        Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        if (!line.matches()) {
            throw new IOException(
                    file + " does not say what was spent today: mend it, or remove it to begin at nothing");
        }
        return new Spending(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)), Long.parseLong(line.group(3)),
                Long.parseLong(line.group(4)));
    }

    /** Writes as many bytes every time, so that one write takes the place of all before. */
    private static void write(FileChannel channel, Spending spent) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(String.format(
                "calls=%018d tokens=%018d microDollars=%018d millis=%018d\n", limit(spent.calls()),
                limit(spent.tokens()),
                limit(spent.microDollars()), limit(spent.millis())));
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.force(false);
    }

    private static long limit(long amount) {
        return Math.min(amount, 999_999_999_999_999_999L);
    }
}
