package io.millrace.tools.load;

import java.util.List;
import java.util.Locale;

/**
 * A distribution of latencies as an SVG image: above, how many took how long; below, the percentiles, each nine as wide as
 * the one before.
 */
final class SvgPicture {
    private static final int WIDTH = 900;
    private static final int LEFT = 80;
    private static final int RIGHT = 870;
    private static final int BARS_TOP = 60;
    private static final int BARS_BOTTOM = 250;
    private static final int CURVE_TOP = 320;
    private static final int CURVE_BOTTOM = 540;
    private static final int HEIGHT = 590;
    private static final int BARS = 60;
    private static final int POINTS = 240;
    private static final double MOST_NINES = 5;

    private final StringBuilder out = new StringBuilder();
    private final Distribution distribution;

    private SvgPicture(Distribution distribution) {
        this.distribution = distribution;
    }

    static String of(Distribution distribution, String title) {
        return new SvgPicture(distribution).draw(title);
    }

    private String draw(String title) {
        line(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                HEIGHT));
        line(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT));
        text(LEFT, 28, "start", 16, title);
        text(LEFT, 46, "start", 12, summary());
        bars();
        curve();
        line("</svg>");
        return out.toString();
    }

    private String summary() {
        StringBuilder words = new StringBuilder(String.format(Locale.ROOT, "%,d latencies", distribution.count()));
        for (double percentile : Distribution.PERCENTILES) {
            words.append("   ")
                    .append(Distribution.name(percentile))
                    .append(' ')
                    .append(Distribution.shown(distribution.percentileMs(percentile)));
        }
        return words.toString();
    }

    private void bars() {
        List<Distribution.Share> shares = distribution.shares(BARS);
        long largest =
                shares.stream().mapToLong(Distribution.Share::count).max().orElse(1);
        double width = (double) (RIGHT - LEFT) / Math.max(1, shares.size());
        int every = Math.max(1, shares.size() / 10);
        for (int i = 0; i < shares.size(); i++) {
            double height = (double) (BARS_BOTTOM - BARS_TOP) * shares.get(i).count() / Math.max(1, largest);
            line(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#3b7dd8\"/>",
                    LEFT + i * width,
                    BARS_BOTTOM - height,
                    Math.max(1, width - 1),
                    height));
            if (i % every == 0) {
                text(
                        LEFT + (i + 1) * width,
                        BARS_BOTTOM + 16,
                        "middle",
                        11,
                        Distribution.shown(shares.get(i).toNs() / 1e6));
            }
        }
        line(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#444444\"/>",
                LEFT,
                BARS_BOTTOM,
                RIGHT,
                BARS_BOTTOM));
    }

    private void curve() {
        double nines = Math.max(1, Math.min(MOST_NINES, Math.log10((double) Math.max(10, distribution.count()))));
        double most = Math.max(1e-6, distribution.maxMs());
        for (int i = 0; i <= 4; i++) {
            double y = CURVE_BOTTOM - (CURVE_BOTTOM - CURVE_TOP) * i / 4.0;
            line(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
                    LEFT,
                    y,
                    RIGHT,
                    y));
            text(LEFT - 6, y + 4, "end", 11, Distribution.shown(most * i / 4));
        }
        for (int nine = 0; nine <= (int) nines; nine++) {
            double x = LEFT + (RIGHT - LEFT) * nine / nines;
            line(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>",
                    x,
                    CURVE_TOP,
                    x,
                    CURVE_BOTTOM));
            String percent =
                    nine == 0 ? "0 %" : nine == 1 ? "90 %" : "99" + (nine > 2 ? "." : "") + "9".repeat(nine - 2) + " %";
            text(x, CURVE_BOTTOM + 18, "middle", 11, percent);
        }
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= POINTS; i++) {
            double percentile = i == POINTS ? 100 : 100 * (1 - Math.pow(10, -nines * i / POINTS));
            points.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    LEFT + (double) (RIGHT - LEFT) * i / POINTS,
                    CURVE_BOTTOM - (CURVE_BOTTOM - CURVE_TOP) * distribution.percentileMs(percentile) / most));
        }
        line(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"#d8573b\" stroke-width=\"2\"/>",
                points.toString().trim()));
        text(LEFT, CURVE_BOTTOM + 38, "start", 12, "percentile");
    }

    private void text(double x, double y, String anchor, int size, String words) {
        String safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        line(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"#222222\" xml:space=\"preserve\">%s</text>",
                x,
                y,
                anchor,
                size,
                safe));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
