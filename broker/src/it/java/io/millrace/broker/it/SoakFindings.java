package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a soak found wrong: each kind with the first occurrence in full, and how often it came.
 *
 * <p>Threading: any thread.
 */
final class SoakFindings {
    private final Map<String, Finding> kinds = new LinkedHashMap<>();

    private static final class Finding {
        private final String first;
        private int times;

        private Finding(String first) {
            this.first = first;
        }
    }

    /**
     * Notes one.
     *
     * @param kind what is the same in all findings of this kind
     * @param details of this one
     */
    synchronized void add(String kind, String details) {
        kinds.computeIfAbsent(kind, k -> new Finding(details)).times++;
    }

    synchronized boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** One sentence for each kind. */
    synchronized List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        kinds.forEach((kind, finding) ->
                sentences.add(kind + (finding.times > 1 ? " (" + finding.times + " times)" : "") + ": " + finding.first));
        return sentences;
    }
}
