package io.millrace.broker.it;

import java.util.concurrent.ThreadLocalRandom;

/** Where the tests' random numbers start: system property test.seed if set, else by chance; printed either way. */
final class Seed {
    private Seed() {}

    static long forTest(String name) {
        String given = System.getProperty("test.seed", "");
        long seed = given.isBlank() ? ThreadLocalRandom.current().nextLong() : Long.parseLong(given.trim());
        System.out.println(name + ": -Dtest.seed=" + seed);
        return seed;
    }
}
