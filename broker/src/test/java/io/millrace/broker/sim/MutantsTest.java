package io.millrace.broker.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds bugs: each of these is planted alone, and found within so many seeds. */
@EnabledIfSystemProperty(named = "mutants", matches = "true") // minutes
class MutantsTest {
    private static final long FIRST = Long.getLong("mutants.first", 1);
    private static final long SEEDS = Long.getLong("mutants.seeds", 1000);

    static Stream<Mutant> mutants() {
        String only = System.getProperty("mutant", "");
        return Mutant.ALL.stream()
                .filter(mutant -> only.isBlank() || mutant.name().equals(only));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isFound(Mutant mutant, @TempDir Path scratch) {
        assertTrue(mutant.fits(), () -> mutant.name() + " does not fit the source any more");
        Optional<String> found = mutant.hunt(scratch, FIRST, SEEDS);
        System.out.println("mutant " + mutant.name() + ": " + found.orElse("not found in " + SEEDS + " seeds"));
        assertTrue(found.isPresent(), () -> mutant.name() + " was not found in " + SEEDS + " seeds");
    }
}
