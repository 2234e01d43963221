package dev.kernelwright.cache;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The three steps in which a file is published so that readers, and a machine that lost power, have the old one or the
 * new one and never a part: write a temporary beside it, rename, make the folder durable.
 *
 * <p>An interface so that tests can have each step fail as a disk would.
 */
interface FilePublisher {
    /** The steps on the real file system. */
    FilePublisher DISK = new FilePublisher() {
        @Override
        public void writeNew(Path file, byte[] bytes) throws IOException {
            CacheFolder.createFile(file);
            // Not through a channel, which would be closed if the thread were interrupted.
            try (FileOutputStream out = new FileOutputStream(file.toFile())) {
                out.write(bytes);
                out.getFD().sync();
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
            if (!CacheFolder.hasPosix()) {
                // Windows opens no folder as a file, and NTFS journals its renames.
                return;
            }
            // Only a channel can do it, so the interrupt waits.
            boolean interrupted = Thread.interrupted();
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    };

    /** Creates a file that only its owner may use, writes it, and waits until the disk has it. */
    void writeNew(Path file, byte[] bytes) throws IOException;

    /** Gives a file another name in its folder, at once, in the place of the file that had it. */
    void rename(Path from, Path to) throws IOException;

    /** Waits until the disk has a folder's entries. */
    void forceFolder(Path folder) throws IOException;
}
