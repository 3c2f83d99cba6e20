package io.millrace.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What this module may know: its package-info. */
@AnalyzeClasses(packages = "io.millrace.testkit", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule onlyFrontDoorsAreKnown = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.millrace.testkit",
                    "io.millrace.broker",
                    "io.millrace.broker.cluster.zk",
                    "io.millrace.client",
                    "io.millrace.client.admin",
                    "org.junit.jupiter.api.extension");

    @ArchTest
    static final ArchRule theClusterWorksWithoutJUnit = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("MillraceExtension")
            .and()
            .doNotHaveSimpleName("MillraceTest")
            .and()
            .doNotHaveSimpleName("Running")
            .and()
            .doNotHaveSimpleName("BetweenClasses")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.junit..");
}
