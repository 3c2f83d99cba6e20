package io.millrace.broker.sim;

/** A run in which something did not hold: tells the seed, what led there, and how to see it again. */
final class RunFailed extends AssertionError {
    private static final long serialVersionUID = 1;

    private final long seed;
    private final String violation;

    RunFailed(Simulation world, Violation violation) {
        super(
                violation.getMessage() + "\n" + String.join("\n", world.trace().last()) + "\n" + world.summary()
                        + "\nVIOLATED: " + violation.getMessage() + "\nagain: ./millrace simulate --seed "
                        + world.seed()
                        + " --trace",
                violation);
        this.seed = world.seed();
        this.violation = violation.getMessage();
    }

    long seed() {
        return seed;
    }

    String violation() {
        return violation;
    }
}
