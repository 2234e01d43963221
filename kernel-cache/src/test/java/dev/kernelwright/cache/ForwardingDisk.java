package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A disk that does what another does; tests change some of it. */
class ForwardingDisk implements Disk {
    private final Disk behind;

    ForwardingDisk(Disk behind) {
        this.behind = behind;
    }

    @Override
    public boolean createFolder(Path folder) throws IOException {
        return behind.createFolder(folder);
    }

    @Override
    public void writeNew(Path file, byte[] bytes) throws IOException {
        behind.writeNew(file, bytes);
    }

    @Override
    public void overwrite(Path file, byte[] bytes) throws IOException {
        behind.overwrite(file, bytes);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        behind.rename(from, to);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        behind.forceFolder(folder);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        return behind.delete(file);
    }

    @Override
    public Status status(Path file) throws IOException {
        return behind.status(file);
    }

    @Override
    public byte[] read(Path file, int maxBytes) throws IOException {
        return behind.read(file, maxBytes);
    }

    @Override
    public void touch(Path file, Instant modified) throws IOException {
        behind.touch(file, modified);
    }

    @Override
    public List<Path> list(Path folder, String pattern) throws IOException {
        return behind.list(folder, pattern);
    }
}
