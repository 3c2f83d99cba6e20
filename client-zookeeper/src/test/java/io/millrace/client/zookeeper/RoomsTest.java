package io.millrace.client.zookeeper;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What this module may know: docs/client.md. */
@AnalyzeClasses(packages = "io.millrace.client.zookeeper", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule onlyTheClientsFrontRoomIsKnown = classes()
            .that()
            .resideInAPackage("io.millrace.client.zookeeper..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.millrace.client",
                    "io.millrace.client.zookeeper..",
                    "org.apache.zookeeper..",
                    "com.fasterxml.jackson.core..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule thereIsOneDoor = classes()
            .that()
            .resideInAPackage("io.millrace.client.zookeeper..")
            .and()
            .arePublic()
            .should()
            .haveSimpleName("ZooKeeperBootstrap");
}
