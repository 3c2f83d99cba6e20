package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.consumer.RebalanceListener;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Tells a group what was printed and has left: now and then, in the end, and before partitions go to another member.
 *
 * <p>A commit that nobody answers, or that is refused because the member is none any more, ends nothing: the next poll
 * joins again, and what was printed since the last commit is read again. Threading: one thread's.
 */
final class PrintedPositions implements RebalanceListener {
    /** A member of a group, as far as positions go. */
    interface Member {
        Set<TopicPartition> partitions();

        /** The offset of the next record to be polled. */
        OptionalLong position(TopicPartition partition);

        CompletionStage<Void> commit(Map<TopicPartition, Long> positions);
    }

    /** Sends on what was printed. */
    interface Flush {
        void run() throws IOException;
    }

    private final Member member;
    private final Flush flush;
    private final Consumer<String> told;

    /** The first record of each partition that was polled and not printed. */
    private final Map<TopicPartition, Long> unprinted = new HashMap<>();

    private boolean over;

    /** @param told is given a line about each commit that did not happen */
    PrintedPositions(Member member, Flush flush, Consumer<String> told) {
        this.member = member;
        this.flush = flush;
        this.told = told;
    }

    /** A record was polled and is not printed: the group begins with it, if it is the first such one. */
    void leave(TopicPartition partition, long offset) {
        unprinted.putIfAbsent(partition, offset);
    }

    /** Commits nothing from now on: what was printed has not left, or everything is done. */
    void end() {
        over = true;
    }

    @Override
    public void revoked(Collection<TopicPartition> gone) {
        try {
            commit();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // by way of the poll
        } finally {
            lost(gone);
        }
    }

    /** Partitions that come back begin where the group is then. */
    @Override
    public void lost(Collection<TopicPartition> gone) {
        unprinted.keySet().removeAll(gone);
    }

    /**
     * Commits what has left, and not more.
     *
     * @return whether it is done; if not, it may be after the next poll
     * @throws MillraceException why it never will
     */
    boolean commit() throws IOException {
        if (over || member.partitions().isEmpty()) {
            return true;
        }
        flush.run();
        Optional<MillraceException> refused = refusal(positions());
        refused.ifPresent(why -> {
            if (!mayWorkLater(why)) {
                throw why;
            }
            if (why.error() != ErrorCode.REBALANCE_IN_PROGRESS) { // then it keeps its partitions, and is heard soon
                told.accept(why.getMessage());
            }
        });
        return refused.isEmpty();
    }

    private Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (TopicPartition partition : member.partitions()) {
            OptionalLong position = member.position(partition);
            if (position.isPresent()) {
                positions.put(partition, unprinted.getOrDefault(partition, position.getAsLong()));
            }
        }
        return positions;
    }

    private Optional<MillraceException> refusal(Map<TopicPartition, Long> positions) {
        if (positions.isEmpty()) {
            return Optional.empty();
        }
        try {
            member.commit(positions).toCompletableFuture().join();
            return Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof MillraceException why) {
                return Optional.of(why);
            }
            throw e;
        }
    }

    /** A member that is none any more joins again, and one that another has replaced is told so by the poll. */
    private static boolean mayWorkLater(MillraceException why) {
        return switch (why.error()) {
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID -> true;
            default -> why.isRetriable();
        };
    }
}
