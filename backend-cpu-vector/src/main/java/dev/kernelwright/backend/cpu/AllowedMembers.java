package dev.kernelwright.backend.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The members of other classes that a kernel may use, by owner, name and descriptor; they are listed one by one in
 * {@code allowed-members.txt}.
 *
 * <p>One by one, because classes that look harmless are not, and because the next version of the platform may add to
 * them.
 */
final class AllowedMembers {
    private static final String SEGMENT = "java/lang/foreign/MemorySegment";
    private static final Pattern TYPE = Pattern.compile("L([^;]+);");
    private static final AllowedMembers LISTED = read();

    /** By owner: names, each followed by its descriptor. */
    private final Map<String, Set<String>> members = new HashMap<>();
    /** The types that listed members take and give. */
    private final Set<String> types = new HashSet<>();

    private AllowedMembers(List<String> lines) {
        String owner = "";
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split(" ", -1);
            if (!line.startsWith(" ")) {
                owner = words[0];
                members.put(owner, new HashSet<>());
                continue;
            }
            for (int i = 1; i < words.length; i++) {
                Objects.requireNonNull(members.get(owner), "the list begins with an owner").add(words[0] + words[i]);
                Matcher type = TYPE.matcher(words[i]);
                while (type.find()) {
                    types.add(type.group(1));
                }
            }
        }
    }

    private static AllowedMembers read() {
        try (InputStream in = AllowedMembers.class.getResourceAsStream("allowed-members.txt")) {
            return new AllowedMembers(new String(
                    Objects.requireNonNull(in,
                            "the list of what kernels may use is missing from this library's own jar")
                            .readAllBytes(),
                    StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the list of what kernels may use cannot be read", e);
        }
    }

    /** Returns whether a kernel may call the method or read the field. */
    static boolean contains(String owner, String name, String descriptor) {
        return LISTED.members.getOrDefault(owner, Set.of()).contains(name + descriptor);
    }

    /** Returns whether values of the class may be handled: vectors, segments, layouts and byte orders. */
    static boolean isType(String internalName) {
        return LISTED.types.contains(internalName);
    }

    /** Returns whether a method descriptor has values only: numbers, and what {@link #isType} allows. */
    static boolean hasOnlyValues(String descriptor) {
        return descriptor.indexOf('[') < 0
                && TYPE.matcher(descriptor).results().allMatch(type -> isType(type.group(1)));
    }

    /** Returns whether a static final of the type holds no state: a number, a vector, a species, a mask, a layout. */
    static boolean isConstantType(String descriptor) {
        return descriptor.length() == 1
                || (!descriptor.equals("L" + SEGMENT + ";") && hasOnlyValues(descriptor));
    }
}
