package io.millrace.broker.api;

/**
 * The operations that a client may do, as the bit field of the protocol: bit n stands for operation code n. Nobody is
 * refused anything yet, so it is all that there are.
 */
public final class AuthorizedOperations {
    /** Read, write, create, delete, alter, describe, describe-configs, alter-configs. */
    public static final int TOPIC = bits(3, 4, 5, 6, 7, 8, 10, 11);
    /** Create, alter, describe, cluster-action, describe-configs, alter-configs, idempotent-write. */
    public static final int CLUSTER = bits(5, 7, 8, 9, 10, 11, 12);
    /** What stands in an answer where they were not asked for. */
    public static final int NOT_ASKED = Integer.MIN_VALUE;

    private AuthorizedOperations() {}

    private static int bits(int... operations) {
        int bits = 0;
        for (int operation : operations) {
            bits |= 1 << operation;
        }
        return bits;
    }
}
