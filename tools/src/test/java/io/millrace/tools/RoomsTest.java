package io.millrace.tools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms of the command: see the package's own words. */
@AnalyzeClasses(packages = "io.millrace.tools", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule noCircles =
            slices().matching("io.millrace.tools.(*)..").should().beFreeOfCycles();

    /** Verbs know no other verbs, so that each can be read, and loaded, alone. */
    @ArchTest
    static final ArchRule verbsKnowNoOtherVerbs = slices().matching("io.millrace.tools.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    com.tngtech.archunit.base.DescribedPredicate.alwaysTrue(),
                    com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                            "io.millrace.tools.connect..",
                            "io.millrace.tools.terminal..",
                            "io.millrace.tools.placement.."));

    @ArchTest
    static final ArchRule terminalsKnowNoCluster = noClasses()
            .that()
            .resideInAPackage("io.millrace.tools.terminal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.millrace.client..", "io.millrace.broker..", "io.millrace.tools.connect..");

    @ArchTest
    static final ArchRule theBrokerHasTwoDoors = noClasses()
            .that()
            .resideInAPackage("io.millrace.tools..")
            .should()
            .dependOnClassesThat(
                    new com.tngtech.archunit.base.DescribedPredicate<>("are a broker's room but its log's") {
                        @Override
                        public boolean test(com.tngtech.archunit.core.domain.JavaClass type) {
                            String room = type.getPackageName();
                            return room.startsWith("io.millrace.broker")
                                    && !room.equals("io.millrace.broker")
                                    && !room.equals("io.millrace.broker.log");
                        }
                    });

    @ArchTest
    static final ArchRule onlyTheLogVerbKnowsFilesOfTheBroker = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.tools.inspect..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.millrace.broker.log..");

    @ArchTest
    static final ArchRule nothingElseIsDependedOn = classes()
            .that()
            .resideInAPackage("io.millrace.tools..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "javax.management..",
                    "io.millrace..",
                    "picocli..",
                    "com.fasterxml.jackson.core..",
                    "org.slf4j..",
                    "org.HdrHistogram..");
}
