package io.millrace.broker.log;

/** Seeds of random tests. */
final class Seeds {
    private Seeds() {}

    /** From the property {@code test.seed} if it is set, else any; printed, so that a failure can be repeated. */
    static long seed() {
        String given = System.getProperty("test.seed", "");
        long seed = given.isBlank() ? System.nanoTime() : Long.parseLong(given);
        System.out.println("test.seed=" + seed);
        return seed;
    }
}
