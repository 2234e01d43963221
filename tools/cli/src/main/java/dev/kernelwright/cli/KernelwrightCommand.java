package dev.kernelwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command that all others are part of. It does nothing by itself. */
@Command(name = "kernelwright", mixinStandardHelpOptions = true,
        versionProvider = KernelwrightCommand.Version.class,
        description = "Tunes, checks and inspects kernels made for the processors of this machine.",
        footer = {"", "A workload is an op with its axes and attributes, for example",
                "  rms_norm(rows=1..64,cols=4096,eps=1e-6)",
                "Exit codes: 0 success, 1 a negative verdict, 2 bad usage or input, 3 a fault of the command itself."})
final class KernelwrightCommand {

    /** Says which version this is, and what it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            return new String[]{"kernelwright " + read(),
                    "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
                    System.getProperty("os.name") + " " + System.getProperty("os.arch")};
        }

        private static String read() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = KernelwrightCommand.class.getResourceAsStream("version.properties")) {
                if (in == null) {
                    throw new IOException("version.properties is missing from this command's own jar");
                }
                properties.load(in);
            }
            return properties.getProperty("version");
        }
    }
}
