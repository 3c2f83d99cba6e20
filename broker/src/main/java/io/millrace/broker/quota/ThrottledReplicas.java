package io.millrace.broker.quota;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which of a topic's replicas are held back on one broker: all, or those of some partitions. Topics name them as {@code
 * *}, or as {@code partition:broker} each.
 *
 * @param all whether it is all of them; {@code partitions} is empty then
 */
public record ThrottledReplicas(boolean all, Set<Integer> partitions) {
    /** None at all. */
    public static final ThrottledReplicas NONE = new ThrottledReplicas(false, Set.of());

    private static final String ALL = "*";
    private static final Pattern REPLICA = Pattern.compile("\\d{1,9}:\\d{1,9}");

    public ThrottledReplicas {
        partitions = Set.copyOf(partitions);
    }

    /** Whether a topic can say this. */
    public static boolean areNamedBy(List<String> words) {
        return words.equals(List.of(ALL))
                || words.stream().allMatch(word -> REPLICA.matcher(word).matches());
    }

    /** What a topic says, as far as it means one broker. */
    public static ThrottledReplicas on(int broker, List<String> words) {
        if (words.equals(List.of(ALL))) {
            return new ThrottledReplicas(true, Set.of());
        }
        Set<Integer> partitions = new HashSet<>();
        for (String word : words) {
            int colon = word.indexOf(':');
            if (Integer.parseInt(word.substring(colon + 1)) == broker) {
                partitions.add(Integer.parseInt(word.substring(0, colon)));
            }
        }
        return new ThrottledReplicas(false, partitions);
    }

    boolean include(int partition) {
        return all || partitions.contains(partition);
    }
}
