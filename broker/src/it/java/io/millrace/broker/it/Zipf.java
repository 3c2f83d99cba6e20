package io.millrace.broker.it;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ranks from 0 of which the k-th comes up in proportion to 1 / (k + 1)^exponent. */
final class Zipf {
    private final double[] upTo;

    Zipf(int ranks, double exponent) {
        upTo = new double[ranks];
        double sum = 0;
        for (int k = 0; k < ranks; k++) {
            sum += 1 / Math.pow(k + 1, exponent);
            upTo[k] = sum;
        }
    }

    int next(SplittableRandom random) {
        int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return Math.min(upTo.length - 1, found < 0 ? -found - 1 : found);
    }
}
