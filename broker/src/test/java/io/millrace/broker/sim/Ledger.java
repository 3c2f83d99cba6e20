package io.millrace.broker.sim;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What must hold, and what it is held against: of each partition the batches that count as committed, since some leader's
 * high watermark has passed them.
 *
 * <p>Every member of the in-sync set as it is written has all of them, from the moment they count on. Only a broker that
 * crashed may lack some, while it is down, not registered, or says that it is recovering: nobody relies on it then. If no member is left that has them, or the
 * others were waited for in vain, they are lost as they may be: that is noted, and forgiven.
 *
 * <p>Threading: the world's thread.
 */
final class Ledger {

    /** What the ledger has to know of a broker. */
    interface Brokers {
        /** Whether the broker's present life has come so far that it may be judged by what it has. */
        boolean isServing(int broker);

        /** For how long, in ms, this life of a broker has been waiting for others; -1 if it does not run. */
        long runningForMs(int broker);

        /** For how long, in ms, a broker has been down; -1 if it is not. */
        long downForMs(int broker);

        /** Whether none of the set that a broker leads a partition with has asked it for anything for long. */
        boolean isForsaken(int broker, TopicPartition id);
    }

    /** All there is to say of one partition. */
    private static final class Account {
        private final TopicPartition id;
        private final List<StoredBatch> committed = new ArrayList<>();
        private final Map<Integer, Copy> copies = new TreeMap<>();
        private final Map<Integer, Boolean> damaged = new TreeMap<>();
        private final Map<Integer, Integer> leaders = new TreeMap<>();
        private Optional<PartitionState> state = Optional.empty();
        private List<Integer> lastSet = List.of();
        private final List<StoredBatch> forgotten = new ArrayList<>();

        Account(TopicPartition id) {
            this.id = id;
        }

        long committedEnd() {
            return committed.isEmpty() ? 0 : committed.get(committed.size() - 1).last() + 1;
        }

        Copy copy(int broker) {
            return copies.computeIfAbsent(broker, b -> new Copy());
        }

        boolean isForgotten(long base, int crc) {
            return forgotten.stream().anyMatch(batch -> batch.base() == base && batch.crc() == crc);
        }

        boolean hasAll(int broker) {
            return copy(broker).matchingEnd(committed) == committedEnd();
        }
    }

    /** So long after its death a broker's last write may still arrive: a hand-over, say. */
    private static final long MAY_HAVE_SENT_MS = 100;

    private final Map<String, Account> accounts = new TreeMap<>();
    private final Brokers brokers;
    private final Trace trace;
    private final long returnWaitMs;
    private final Consumer<String> forgiven;
    private final HandOvers handOvers;
    private ClusterView truth;

    Ledger(
            ClusterView truth,
            Brokers brokers,
            Trace trace,
            long returnWaitMs,
            Consumer<String> forgiven,
            HandOvers handOvers) {
        this.handOvers = handOvers;
        this.truth = truth;
        this.brokers = brokers;
        this.trace = trace;
        this.returnWaitMs = returnWaitMs;
        this.forgiven = forgiven;
    }

    private Account account(TopicPartition id) {
        return accounts.computeIfAbsent(id.toString(), key -> new Account(id));
    }

    // ---- what a live broker has

    /** After something has happened on a broker: what it has of a partition, and how far that counts as committed. */
    void look(int broker, SimBroker.Replica replica) {
        Account account = account(replica.id());
        Copy copy = account.copy(broker);
        long before = copy.matchingEnd(account.committed);
        boolean changed = copy.refresh(replica.log());
        if (changed) {
            long after = copy.matchingEnd(account.committed);
            if (after < before) {
                throw new Violation(
                        "%s: broker %s cut committed records off: it had them up to %s, and now up to %s",
                        account.id, broker, before, after);
            }
        }
        replica.leaderEpoch().ifPresent(epoch -> leads(account, broker, epoch));
        commit(
                account,
                broker,
                copy,
                replica.log().highWatermark(),
                replica.leaderEpoch().isPresent());
        if (changed && account.damaged.getOrDefault(broker, false) && account.hasAll(broker)) {
            account.damaged.put(broker, false);
        }
    }

    private void leads(Account account, int broker, int epoch) {
        handOvers.leads(account.id, broker, epoch, account.copy(broker).end());
        Integer other = account.leaders.putIfAbsent(epoch, broker);
        if (other == null) {
            trace.note("ledger", "%s is led by %s at epoch %s", account.id, broker, epoch);
            if (!account.hasAll(broker) && isCurrent(account, broker, epoch)) {
                throw new Violation(
                        "%s: broker %s leads at epoch %s and lacks committed records: it has them up to %s of %s",
                        account.id,
                        broker,
                        epoch,
                        account.copy(broker).matchingEnd(account.committed),
                        account.committedEnd());
            }
        } else if (other != broker) {
            throw new Violation("%s: both %s and %s lead at epoch %s", account.id, other, broker, epoch);
        }
    }

    /** Who begins to lead late, when another one does already, may lack what came since. */
    private static boolean isCurrent(Account account, int broker, int epoch) {
        return account.state
                .filter(state -> state.leader() == broker && state.leaderEpoch() == epoch)
                .isPresent();
    }

    private void commit(Account account, int broker, Copy copy, long highWatermark, boolean leads) {
        if (highWatermark > copy.seenEnd()) {
            throw new Violation(
                    "%s: broker %s has a high watermark of %s and ends at %s",
                    account.id, broker, highWatermark, copy.seenEnd());
        }
        long has = copy.matchingEnd(account.committed);
        if (has == account.committedEnd()
                && copy.matching() < copy.batches().size()
                && account.forgotten.contains(copy.batches().get(copy.matching()))) {
            return; // it was not in the set, and still has what the set has lost
        }
        if (has >= Math.min(highWatermark, account.committedEnd())) {
            if (highWatermark > account.committedEnd()) {
                if (!leads) {
                    throw new Violation(
                            "%s: broker %s follows and counts as committed up to %s, and no leader did beyond %s",
                            account.id, broker, highWatermark, account.committedEnd());
                }
                extend(account, broker, copy, highWatermark);
            }
            return;
        }
        StoredBatch here = has >= copy.end() ? null : copy.batches().get(copy.matching());
        if (here != null && account.forgotten.contains(here)) {
            return; // it will be cut
        }
        throw new Violation(
                "%s: broker %s has %s below its high watermark of %s where %s is committed",
                account.id, broker, here, highWatermark, account.committed.get(copy.matching()));
    }

    private void extend(Account account, int broker, Copy copy, long highWatermark) {
        for (StoredBatch batch :
                copy.batches().subList(account.committed.size(), copy.batches().size())) {
            if (batch.last() >= highWatermark) {
                break;
            }
            account.committed.add(batch);
        }
        if (account.committedEnd() != highWatermark) {
            throw new Violation(
                    "%s: broker %s has its high watermark at %s, inside a batch or a hole",
                    account.id, broker, highWatermark);
        }
        checkSet(account, "since broker " + broker + " committed them");
    }

    // ---- the set

    /** Every member that can be relied on has what is committed. */
    private void checkSet(Account account, String why) {
        if (account.state.isEmpty()) {
            return;
        }
        for (int member : account.state.get().isr()) {
            if (!account.hasAll(member) && !mayLack(account, member)) {
                throw new Violation(
                        "%s: in-sync member %s of %s has committed records up to %s only, there are some up to %s %s",
                        account.id,
                        member,
                        account.state.get().isr(),
                        account.copy(member).matchingEnd(account.committed),
                        account.committedEnd(),
                        why);
            }
        }
    }

    private boolean mayLack(Account account, int member) {
        boolean isReliedOn =
                truth.broker(member).filter(broker -> !broker.recovering()).isPresent();
        return account.damaged.getOrDefault(member, false) && (!brokers.isServing(member) || !isReliedOn);
    }

    /** The truth has changed, by a broker's write, or by none: -1. */
    void changed(ClusterView view, int writer) {
        truth = view;
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                Account account = account(new TopicPartition(topic.name(), p));
                Optional<PartitionState> now = topic.state(p);
                if (!now.equals(account.state)) {
                    now.ifPresent(state -> trace.note(
                            "store",
                            "%s: leader %s at epoch %s, in sync %s, version %s",
                            account.id,
                            state.leader(),
                            state.leaderEpoch(),
                            state.isr(),
                            state.version()));
                    account.lastSet = account.state.map(PartitionState::isr).orElse(List.of());
                    checkClaim(account, now);
                    checkHandOver(account, now, writer);
                    account.state = now;
                    forgiveVainWait(account);
                }
                checkSet(account, "as the truth changes");
            }
        }
    }

    /** Whoever takes over from a leader that is gone takes it out of the set. */
    private void checkClaim(Account account, Optional<PartitionState> now) {
        if (account.state.isEmpty() || now.isEmpty()) {
            return;
        }
        int last = account.state.get().leader();
        if (last != now.get().leader()
                && now.get().isr().contains(last)
                && brokers.downForMs(last) > MAY_HAVE_SENT_MS) {
            throw new Violation(
                    "%s: broker %s leads in place of %s, which is down, and keeps it in the set %s",
                    account.id, now.get().leader(), last, now.get().isr());
        }
    }

    private void checkHandOver(Account account, Optional<PartitionState> now, int writer) {
        if (account.state.isEmpty() || now.isEmpty() || account.state.get().leader() != writer) {
            return;
        }
        int heir = now.get().leader();
        if (heir >= 0 && heir != writer) {
            handOvers.written(
                    account.id,
                    account.state.get(),
                    now.get(),
                    account.copy(writer),
                    account.copy(heir),
                    mayLack(account, heir) || brokers.isForsaken(writer, account.id));
        }
    }

    /** After a full outage those who return lead on in the end, if others who may have more do not come. */
    private void forgiveVainWait(Account account) {
        if (account.state.isEmpty() || !account.state.get().hasLeader()) {
            return;
        }
        int leader = account.state.get().leader();
        boolean vain = !account.hasAll(leader)
                && mayLack(account, leader)
                && brokers.runningForMs(leader) >= returnWaitMs
                && account.lastSet.stream()
                        .noneMatch(other -> other != leader
                                && account.hasAll(other)
                                && truth.broker(other).isPresent()
                                && isBackInTime(other, leader));
        if (vain) {
            forgive(account, account.copy(leader).matchingEnd(account.committed), "those who have them did not return");
        }
    }

    /** A claim that was decided on before a late one was back may be written after it. */
    private boolean isBackInTime(int other, int leader) {
        return brokers.runningForMs(leader) - brokers.runningForMs(other) < returnWaitMs;
    }

    // ---- crashes

    /** A broker has crashed: what is left of its copies is on its disk. */
    void crashed(int broker, SimDisk disk) {
        for (Account account : accounts.values()) {
            Copy copy = account.copy(broker);
            if (copy.batches().isEmpty()) {
                continue;
            }
            long before = copy.matchingEnd(account.committed);
            long endBefore = copy.end();
            copy.reload(disk.directory().resolve(account.id.toString()));
            if (copy.end() < endBefore) {
                account.damaged.put(broker, true);
                trace.note("broker-" + broker, "%s: the crash has left %s of %s", account.id, copy.end(), endBefore);
            }
            if (copy.matchingEnd(account.committed) < before) {
                forgiveIfNobodyHas(account);
            }
        }
    }

    /** A broker that starts has opened a log, and recovered what was there. */
    void opened(int broker, SimBroker.Replica replica) {
        Account account = account(replica.id());
        Copy copy = account.copy(broker);
        List<StoredBatch> onDisk = List.copyOf(copy.batches());
        copy.reload(replica.log());
        if (!copy.batches().equals(onDisk)) {
            throw new Violation(
                    "%s: broker %s had batches up to %s on its disk, whole, and opens its log with others up to %s",
                    account.id,
                    broker,
                    onDisk.isEmpty() ? 0 : onDisk.get(onDisk.size() - 1).last() + 1,
                    copy.end());
        }
    }

    /** A broker has made a log anew, since it was told to hold the partition, or to drop what it had. */
    void made(int broker, SimBroker.Replica replica) {
        account(replica.id()).copy(broker).reload(replica.log());
    }

    /** A broker has let go of what it had of a partition. */
    void dropped(int broker, TopicPartition id) {
        Account account = account(id);
        trace.note("broker-" + broker, "%s: is gone from here", id);
        account.copies.put(broker, new Copy());
        account.damaged.put(broker, false);
        checkSet(account, "as broker " + broker + " lets go of it");
    }

    private void forgiveIfNobodyHas(Account account) {
        if (account.state.isEmpty()) {
            return;
        }
        long best = 0;
        for (int member : account.state.get().isr()) {
            best = Math.max(best, account.copy(member).matchingEnd(account.committed));
        }
        if (best < account.committedEnd()) {
            forgive(
                    account,
                    best,
                    "all members of the set " + account.state.get().isr() + " have lost them");
        }
    }

    private void forgive(Account account, long from, String why) {
        trace.note(
                "ledger",
                "%s: committed records from %s to %s are lost: %s",
                account.id,
                from,
                account.committedEnd(),
                why);
        forgiven.accept(account.id + " from " + from);
        List<StoredBatch> lost =
                account.committed.stream().filter(batch -> batch.last() >= from).toList();
        account.forgotten.addAll(lost);
        account.committed.removeAll(lost);
    }

    // ---- what clients are told

    /** A producer was told that a batch is safe. */
    void acknowledged(TopicPartition id, long base, int crc, String who) {
        Account account = account(id);
        if (account.isForgotten(base, crc)) {
            return;
        }
        Optional<StoredBatch> found =
                account.committed.stream().filter(batch -> batch.base() == base).findFirst();
        if (found.isEmpty() || found.get().crc() != crc) {
            throw new Violation(
                    "%s: %s was told that its batch is safe at %s, and committed is %s there, up to %s",
                    id, who, base, found.map(StoredBatch::toString).orElse("nothing"), account.committedEnd());
        }
    }

    /** A consumer was given a batch. */
    void consumed(TopicPartition id, StoredBatch batch, String who) {
        Account account = account(id);
        if (account.forgotten.contains(batch)) {
            return;
        }
        for (int i = account.committed.size() - 1; i >= 0; i--) {
            StoredBatch committed = account.committed.get(i);
            if (committed.base() <= batch.base()) {
                if (committed.equals(batch)) {
                    return;
                }
                break;
            }
        }
        throw new Violation(
                "%s: %s was given %s, which is not committed, up to %s", id, who, batch, account.committedEnd());
    }

    /** Whether a batch that counted as committed was lost as it may be. */
    boolean isForgotten(TopicPartition id, long base, int crc) {
        return account(id).isForgotten(base, crc);
    }

    boolean isAnythingForgotten(TopicPartition id) {
        return !account(id).forgotten.isEmpty();
    }

    long committedEnd(TopicPartition id) {
        return account(id).committedEnd();
    }

    List<StoredBatch> committed(TopicPartition id) {
        return account(id).committed;
    }

    Copy copy(TopicPartition id, int broker) {
        return account(id).copy(broker);
    }
}
