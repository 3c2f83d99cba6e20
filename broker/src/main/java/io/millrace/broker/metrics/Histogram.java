package io.millrace.broker.metrics;

/** A meter whose values have a spread. */
interface Histogram {
    Spread spread();

    /** How many of the spread's units make one of the meter's. */
    double unit();

    /** How many values there were since the beginning. */
    default long values() {
        return spread().count();
    }
}
