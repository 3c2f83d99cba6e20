package io.millrace.tools.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How latencies are distributed, in nanoseconds: percentiles, and shares between bounds. Immutable, once made. */
final class Distribution {
    static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 99.99, 100};
    private static final double MS = 1e6;

    private final Histogram histogram;

    /** A share of all latencies, up to a bound. */
    record Share(long fromNs, long toNs, long count) {}

    /** @param histogram is left alone from now on */
    Distribution(Histogram histogram) {
        this.histogram = histogram;
    }

    long count() {
        return histogram.getTotalCount();
    }

    double percentileMs(double percentile) {
        return count() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / MS;
    }

    double meanMs() {
        return histogram.getMean() / MS;
    }

    double maxMs() {
        return histogram.getMaxValue() / MS;
    }

    /** By name: p50 ... max, mean, in ms. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (double percentile : PERCENTILES) {
            fields.put(name(percentile), rounded(percentileMs(percentile)));
        }
        fields.put("mean", rounded(meanMs()));
        return fields;
    }

    static String name(double percentile) {
        if (percentile == 100) {
            return "max";
        }
        String digits = percentile == Math.rint(percentile)
                ? Long.toString(Math.round(percentile))
                : Double.toString(percentile);
        return "p" + digits;
    }

    private static double rounded(double ms) {
        return Math.round(ms * 1000) / 1000.0;
    }

    /** Such as 0.123 ms, 1.23 ms, 12.3 ms, 1.23 s. */
    static String shown(double ms) {
        if (ms >= 1000) {
            return String.format(Locale.ROOT, "%.2f s", ms / 1000);
        }
        String form = ms >= 100 ? "%.0f ms" : ms >= 10 ? "%.1f ms" : ms >= 1 ? "%.2f ms" : "%.3f ms";
        return String.format(Locale.ROOT, form, ms);
    }

    /** Shares between bounds that grow by the same factor, from the least latency to the greatest. */
    List<Share> shares(int most) {
        if (count() == 0) {
            return List.of();
        }
        double least = (double) Math.max(1, histogram.getMinValue());
        double greatest = Math.max(least + 1, (double) histogram.getMaxValue());
        double factor = Math.max(Math.sqrt(Math.sqrt(2)), Math.pow(greatest / least, 1.0 / most));
        List<Share> shares = new ArrayList<>();
        double from = least;
        long counted = 0;
        while (from <= greatest && shares.size() < most) {
            boolean last = shares.size() == most - 1;
            long to = last ? (long) greatest : (long) Math.min(greatest, from * factor);
            long upTo = countUpTo(to);
            shares.add(new Share((long) from, to, upTo - counted));
            counted = upTo;
            from = to + 1.0;
        }
        return shares;
    }

    private long countUpTo(long value) {
        return value >= histogram.getMaxValue() ? count() : histogram.getCountBetweenValues(0, value);
    }

    Histogram histogram() {
        return histogram;
    }
}
