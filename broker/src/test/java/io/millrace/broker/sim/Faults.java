package io.millrace.broker.sim;

/**
 * What a run may suffer.
 *
 * @param name of this mix
 * @param crashes whether processes are killed
 * @param powerLoss whether hosts lose their power, and disks what was not synced
 * @param partitions whether the network splits, and loses
 * @param pauses whether processes stand still
 * @param storeTrouble whether the shared truth is out of reach for some or for all
 * @param outages whether all brokers go down at once
 */
record Faults(
        String name,
        boolean crashes,
        boolean powerLoss,
        boolean partitions,
        boolean pauses,
        boolean storeTrouble,
        boolean outages) {

    /** Nothing but what an operator does on purpose: then not even acks=1 loses anything. */
    static final Faults GENTLE = new Faults("gentle", false, false, false, false, false, false);

    static final Faults KILLS = new Faults("kills", true, false, false, false, false, false);
    static final Faults NETWORK = new Faults("network", false, false, true, true, true, false);
    static final Faults POWER = new Faults("power", true, true, false, false, false, true);
    static final Faults ALL = new Faults("all", true, true, true, true, true, true);

    /** The mix of a seed. */
    static Faults of(Rng rng) {
        return switch (rng.below(10)) {
            case 0 -> GENTLE;
            case 1, 2 -> KILLS;
            case 3, 4 -> NETWORK;
            case 5, 6 -> POWER;
            default -> ALL;
        };
    }
}
