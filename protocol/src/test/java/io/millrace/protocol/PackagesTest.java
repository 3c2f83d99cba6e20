package io.millrace.protocol;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** Who may import whom: wire, then compress and the values of the language, then records, then messages. */
@AnalyzeClasses(packages = "io.millrace.protocol", importOptions = DoNotIncludeTests.class)
class PackagesTest {
    private static final String ROOT = "io.millrace.protocol";

    @ArchTest
    static final ArchRule noCircles =
            slices().matching("io.millrace.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule wireStandsAlone = only("wire");

    @ArchTest
    static final ArchRule codecsKnowNoRecords = only("compress", ROOT + ".wire");

    @ArchTest
    static final ArchRule recordsKnowNoMessages = only("record", ROOT + ".wire", ROOT + ".compress");

    @ArchTest
    static final ArchRule theLanguagesValuesKnowNoMessages = classes()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", ROOT, ROOT + ".wire");

    @ArchTest
    static final ArchRule nativeCodecsStayInTheirRoom = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".compress")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.jpountz..", "org.xerial..", "com.github.luben..");

    @ArchTest
    static final ArchRule noSocketsAndNoThreads = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "io.netty..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    private static ArchRule only(String room, String... others) {
        List<String> allowed = new ArrayList<>(List.of(others));
        allowed.add(ROOT + "." + room);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + "." + room)
                .should()
                .dependOnClassesThat(
                        resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed.toArray(String[]::new)))));
    }
}
