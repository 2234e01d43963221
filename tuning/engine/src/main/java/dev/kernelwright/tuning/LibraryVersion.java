package dev.kernelwright.tuning;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version of this library, for records. */
final class LibraryVersion {
    private LibraryVersion() {}

    /** Returns the version that the module or the jar's manifest states, or "unknown" where it runs from classes. */
    static String current() {
        Optional<String> ofModule = Optional.ofNullable(LibraryVersion.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion);
        return ofModule.or(() -> Optional.ofNullable(LibraryVersion.class.getPackage().getImplementationVersion()))
                .orElse("unknown");
    }
}
