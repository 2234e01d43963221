package dev.kernelwright.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules that hold the modules apart. They live here because the command is the one module that sees all the others.
 *
 * <p>A rule that finds no class to check fails, which is ArchUnit's default.
 */
class ArchitectureTest {
    private static final String[] SDK = {"dev.kernelwright", "dev.kernelwright.op..", "dev.kernelwright.tensor..",
            "dev.kernelwright.spi..", "dev.kernelwright.dispatch.."};

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.kernelwright");

    /** What the runtime finds with a ServiceLoader: none may know another. */
    private enum Part {
        CACHE("kernel-cache", "dev.kernelwright.cache"),
        TUNING("tuning/engine", "dev.kernelwright.tuning"),
        CPU("backend-cpu-vector", "dev.kernelwright.backend.cpu"),
        OPENCL("backend-opencl", "dev.kernelwright.backend.opencl"),
        CUDA("backend-cuda", "dev.kernelwright.backend.cuda");

        final String folder;
        final String root;

        Part(String folder, String root) {
            this.folder = folder;
            this.root = root;
        }
    }

    @TestFactory
    Stream<DynamicTest> eachPartKnowsOfKernelwrightOnlyTheSdk() {
        Path repository = Path.of("../..");
        assertThat(repository.resolve("sdk-api/src/main/java")).isDirectory();
        // A module that exists must have classes here; one that has yet to be written has nothing to check.
        return Stream.of(Part.values())
                .filter(part -> Files.isDirectory(repository.resolve(part.folder).resolve("src/main/java")))
                .map(part -> DynamicTest.dynamicTest(part.folder, () -> classes()
                        .that().resideInAPackage(part.root + "..")
                        .should().onlyDependOnClassesThat(not(resideInAPackage("dev.kernelwright.."))
                                .or(resideInAPackage(part.root + ".."))
                                .or(resideInAnyPackage(SDK)))
                        .check(PRODUCTION)));
    }

    @Test
    void theSdkDependsOnTheJdkSlf4jAndJspecifyAlone() {
        classes().that().resideInAnyPackage(SDK)
                .should().onlyDependOnClassesThat(resideInAnyPackage(SDK)
                        .or(resideInAnyPackage("java..", "jdk..", "org.slf4j..", "org.jspecify..")))
                .check(PRODUCTION);
    }

    @Test
    void theTestKitKnowsTheSdkTheTuningEngineAndTheCacheAndNoBackend() {
        classes().that().resideInAPackage("dev.kernelwright.tck..")
                .should().onlyDependOnClassesThat(not(resideInAPackage("dev.kernelwright.."))
                        .or(resideInAnyPackage("dev.kernelwright.tck..", "dev.kernelwright.tuning..",
                                "dev.kernelwright.cache.."))
                        .or(resideInAnyPackage(SDK)))
                .check(PRODUCTION);
        noClasses().that().resideOutsideOfPackage("dev.kernelwright.tck..")
                .should().dependOnClassesThat().resideInAPackage("dev.kernelwright.tck..")
                .check(PRODUCTION);
    }

    @Test
    void theEngineDoesNotKnowTheAgent() {
        noClasses().that().resideInAPackage("dev.kernelwright.tuning..")
                .and().resideOutsideOfPackage("dev.kernelwright.tuning.llm..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.kernelwright.tuning.llm..", "dev.langchain4j..")
                .check(PRODUCTION);
    }

    @Test
    void packagesFormNoCycle() {
        slices().assignedFrom(new OnePerPackage()).should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void onlyTheCommandAndTheSamplesPrint() {
        noClasses().that().resideOutsideOfPackages("dev.kernelwright.cli..", "dev.kernelwright.samples..")
                // The main classes of child processes, whose output is what their parent reads.
                .and().doNotHaveFullyQualifiedName("dev.kernelwright.tuning.trial.TrialWorkerMain")
                .and().doNotHaveFullyQualifiedName("dev.kernelwright.tuning.trial.InstrumentedRunMain")
                .and().doNotHaveFullyQualifiedName("dev.kernelwright.backend.cuda.compile.NvrtcMain")
                .should(ACCESS_STANDARD_STREAMS)
                .check(PRODUCTION);
    }

    @Test
    void logsGoThroughSlf4j() {
        noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..").check(PRODUCTION);
    }

    @Test
    void noStaticFieldIsEverReassigned() {
        fields().that().areStatic().should().beFinal().check(PRODUCTION);
    }

    /** Takes each package for a slice, the root package too, which a pattern of ArchUnit's would leave out. */
    private static final class OnePerPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return resideInAPackage("dev.kernelwright..").test(javaClass)
                    ? SliceIdentifier.of(javaClass.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of Kernelwright";
        }
    }
}
