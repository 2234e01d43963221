package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The list of what kernels may use, held against the platform. */
class AllowedMembersTest {
    private static List<String> lines() throws IOException {
        try (InputStream in = AllowedMembers.class.getResourceAsStream("allowed-members.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
        }
    }

    @Test
    void everyListedMemberIsAPublicOneOfThePlatform() throws Exception {
        Set<String> members = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (String line : lines()) {
            if (!line.startsWith(" ")) {
                members = members(Class.forName(line.replace('/', '.')));
                continue;
            }
            String[] words = line.strip().split(" ", -1);
            for (String descriptor : Arrays.asList(words).subList(1, words.length)) {
                if (!members.contains(words[0] + descriptor)) {
                    missing.add(line);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static Set<String> members(Class<?> type) {
        Set<String> members = new HashSet<>();
        for (var method : type.getMethods()) {
            members.add(method.getName() + MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                    .toMethodDescriptorString());
        }
        for (var field : type.getFields()) {
            members.add(field.getName() + field.getType().descriptorString());
        }
        return members;
    }

    @Test
    void noListedMemberTakesOrGivesAnArrayOrWhatIsNoValue() throws IOException {
        for (String line : lines()) {
            if (line.startsWith(" ")) {
                assertThat(line).doesNotContain("[", "Ljava/lang/Object;", "Ljava/lang/Class;", "Ljava/lang/String;",
                        "Ljava/util/", "Ljava/lang/invoke/", "AddressLayout");
            }
        }
    }

    @Test
    void whatReachesFurtherThanItLooksIsNotListed() {
        assertThat(AllowedMembers.contains("java/lang/Math", "max", "(FF)F")).isTrue();
        assertThat(AllowedMembers.contains("java/lang/Math", "random", "()D")).isFalse();
        assertThat(AllowedMembers.contains("java/lang/Integer", "getInteger",
                "(Ljava/lang/String;)Ljava/lang/Integer;")).isFalse();
        String segment = "java/lang/foreign/MemorySegment";
        assertThat(AllowedMembers.contains(segment, "get", "(Ljava/lang/foreign/ValueLayout$OfFloat;J)F")).isTrue();
        assertThat(AllowedMembers.contains(segment, "get", "(Ljava/lang/foreign/AddressLayout;J)L" + segment + ";"))
                .isFalse();
        assertThat(AllowedMembers.contains(segment, "address", "()J")).isFalse();
        assertThat(AllowedMembers.contains(segment, "reinterpret", "(J)L" + segment + ";")).isFalse();
        assertThat(AllowedMembers.contains(segment, "copyFrom", "(L" + segment + ";)L" + segment + ";")).isTrue();
        assertThat(AllowedMembers.isType("java/lang/Float")).isFalse();
        assertThat(AllowedMembers.isConstantType("L" + segment + ";")).isFalse();
        assertThat(AllowedMembers.isConstantType("Ljdk/incubator/vector/VectorSpecies;")).isTrue();
    }
}
