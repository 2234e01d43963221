package dev.kernelwright.spi;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version of this library: records say which made them, in their provenance, under {@link #PROVENANCE}. */
public final class LibraryVersion {
    /** The name of the version in a record's provenance. */
    public static final String PROVENANCE = "library";

    private LibraryVersion() {}

    /** Returns the version that the module or the jar's manifest states, or "unknown" where it runs from classes. */
    public static String current() {
        Optional<String> ofModule = Optional.ofNullable(LibraryVersion.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion);
        return ofModule.or(() -> Optional.ofNullable(LibraryVersion.class.getPackage().getImplementationVersion()))
                .orElse("unknown");
    }
}
