package io.millrace.broker.cluster.zk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.zookeeper.Op;

/**
 * Operations cut into transactions that ZooKeeper takes: a request may have 1 MiB in all. Operations of one group stay
 * together.
 */
final class Batches {
    /** Well below the limit, so that other sessions are not held up by one large request. */
    private static final int MAX_BYTES = 256 << 10;

    private static final int OVERHEAD = 64; // of an operation: header, access list, flags

    private final List<List<List<Op>>> batches = new ArrayList<>(List.of(new ArrayList<>()));
    private int bytesOfLast;

    /** Adds a group; {@code dataBytes} is what its operations carry beside their paths. */
    void add(int dataBytes, List<Op> group) {
        int bytes = dataBytes
                + group.stream()
                        .mapToInt(op -> op.getPath().length() + OVERHEAD)
                        .sum();
        if (bytesOfLast > 0 && bytesOfLast + bytes > MAX_BYTES) {
            batches.add(new ArrayList<>());
            bytesOfLast = 0;
        }
        batches.get(batches.size() - 1).add(group);
        bytesOfLast += bytes;
    }

    int size() {
        return batches.size();
    }

    /** All operations of a batch. */
    List<Op> operations(int batch) {
        return batches.get(batch).stream().flatMap(List::stream).toList();
    }

    /** The groups of a batch. */
    List<List<Op>> groups(int batch) {
        return batches.get(batch);
    }

    /** Does something asynchronous for each element, one after the other; stops at the first that fails. */
    static <T> CompletableFuture<Void> oneByOne(List<T> elements, Function<T, CompletableFuture<Void>> work) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (T element : elements) {
            all = all.thenCompose(done -> work.apply(element));
        }
        return all;
    }
}
