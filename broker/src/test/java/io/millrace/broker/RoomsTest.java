package io.millrace.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms: LAYOUT.md section 2. A new arrow is a new word here. */
@AnalyzeClasses(packages = "io.millrace.broker", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule noCircles =
            slices().matching("io.millrace.broker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule importsPointDownTheRoad = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("wiring")
            .definedBy("io.millrace.broker")
            .layer("net")
            .definedBy("io.millrace.broker.net..")
            .layer("api")
            .definedBy("io.millrace.broker.api..")
            .layer("group")
            .definedBy("io.millrace.broker.group..")
            .layer("txn")
            .definedBy("io.millrace.broker.txn..")
            .layer("coordinator")
            .definedBy("io.millrace.broker.coordinator..")
            .layer("replica")
            .definedBy("io.millrace.broker.replica..")
            .layer("log")
            .definedBy("io.millrace.broker.log..")
            .layer("zk")
            .definedBy("io.millrace.broker.cluster.zk..")
            .layer("cluster")
            .definedBy("io.millrace.broker.cluster")
            .layer("quota")
            .definedBy("io.millrace.broker.quota..")
            .layer("config")
            .definedBy("io.millrace.broker.config..")
            .layer("metrics")
            .definedBy("io.millrace.broker.metrics..")
            .layer("lag")
            .definedBy("io.millrace.broker.lag..")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("wiring", "net")
            .whereLayer("group")
            .mayOnlyBeAccessedByLayers("wiring", "api", "lag")
            .whereLayer("txn")
            .mayOnlyBeAccessedByLayers("wiring", "api")
            .whereLayer("coordinator")
            .mayOnlyBeAccessedByLayers("wiring", "group")
            .whereLayer("replica")
            .mayOnlyBeAccessedByLayers("wiring", "net", "api", "coordinator", "lag")
            .whereLayer("log")
            .mayOnlyBeAccessedByLayers("wiring", "api", "replica")
            .whereLayer("zk")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("wiring", "net", "api", "group", "txn", "replica", "zk", "lag")
            .whereLayer("lag")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("quota")
            .mayOnlyBeAccessedByLayers("wiring", "api", "replica", "log", "cluster", "zk");

    @ArchTest
    static final ArchRule metricsKnowsNoComponent = noClasses()
            .that()
            .resideInAPackage("io.millrace.broker.metrics..")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of another room",
                    type -> type.getPackageName().startsWith("io.millrace.broker")
                            && !type.getPackageName().startsWith("io.millrace.broker.metrics")));

    @ArchTest
    static final ArchRule onlyZkKnowsZooKeeper = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.broker.cluster.zk..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..");

    @ArchTest
    static final ArchRule onlyNetKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.broker.net..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule onlyZkKnowsJson = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.broker.cluster.zk..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml..", "tools.jackson..");
}
