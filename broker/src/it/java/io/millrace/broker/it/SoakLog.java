package io.millrace.broker.it;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a broker wrote while it was soaked: errors and stack traces are findings, warnings are counted by kind. */
final class SoakLog {
    private static final int KINDS_SHOWN = 12;
    private static final int MOST_OF_A_LINE = 160;

    private SoakLog() {}

    static void judge(List<String> lines, SoakFindings findings, PrintStream report) {
        Map<String, Integer> warnings = new TreeMap<>();
        String last = "";
        for (String line : lines) {
            if (line.contains(" ERROR ") || line.contains("LEAK:")) {
                findings.add("the broker logged an error", line);
            } else if (line.startsWith("\tat ")) {
                findings.add("the broker logged a stack trace", last + " " + line.strip());
            } else if (line.contains(" WARN ")) {
                String said = line.replaceFirst("^.*? WARN +\\[[^]]*\\] ", "").replaceAll("[0-9]+", "N");
                warnings.merge(said.substring(0, Math.min(said.length(), MOST_OF_A_LINE)), 1, Integer::sum);
            }
            if (!line.startsWith("\t")) {
                last = line;
            }
        }
        report.printf("log        %,d lines, %,d kinds of warnings%n", lines.size(), warnings.size());
        warnings.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(KINDS_SHOWN)
                .forEach(warning -> report.printf("  %,d x %s%n", warning.getValue(), warning.getKey()));
    }
}
