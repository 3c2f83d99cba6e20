package io.millrace.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the client's rooms: docs/client.md. A new arrow is a new word here. */
@AnalyzeClasses(packages = "io.millrace.client", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule noCircles =
            slices().matching("io.millrace.client.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule importsPointDown = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("producer")
            .definedBy("io.millrace.client.producer..")
            .layer("consumer")
            .definedBy("io.millrace.client.consumer..")
            .layer("admin")
            .definedBy("io.millrace.client.admin..")
            .layer("micrometer")
            .definedBy("io.millrace.client.micrometer..")
            .layer("measure")
            .definedBy("io.millrace.client.measure..")
            .layer("net")
            .definedBy("io.millrace.client.net..")
            .layer("client")
            .definedBy("io.millrace.client")
            .whereLayer("micrometer")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("producer")
            .mayOnlyBeAccessedByLayers("micrometer")
            .whereLayer("consumer")
            .mayOnlyBeAccessedByLayers("micrometer")
            .whereLayer("measure")
            .mayOnlyBeAccessedByLayers("producer", "consumer")
            .whereLayer("admin")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("producer", "consumer", "admin")
            .whereLayer("client")
            .mayOnlyBeAccessedByLayers("net", "producer", "consumer", "admin");

    @ArchTest
    static final ArchRule onlyNetKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.client.net..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule onlyMicrometerKnowsMicrometer = classes()
            .that()
            .resideInAPackage("io.millrace.client.micrometer..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "io.millrace.client..", "io.micrometer..");

    @ArchTest
    static final ArchRule nothingElseIsDependedOn = classes()
            .that()
            .resideInAPackage("io.millrace.client..")
            .and()
            .resideOutsideOfPackage("io.millrace.client.micrometer..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "io.millrace.client..", "io.millrace.protocol..", "io.netty..", "org.slf4j..");
}
