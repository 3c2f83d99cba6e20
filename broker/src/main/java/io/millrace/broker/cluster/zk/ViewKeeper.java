package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ClusterEdit;
import io.millrace.broker.cluster.ViewPublisher;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.WatchedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the view current: watches tell which znodes changed, rounds of reads tell how.
 *
 * <pre>
 *   watch event ──► dirty ──► round of reads ──► edit ──► publish
 *                     ▲            │ (one at a time; what changes meanwhile waits for the next)
 *                     └────────────┘
 *   own write, done ──────────────────────────► edit ──► publish
 *   (re)connected ──► catch up ──► list everything ──► round of all ──► round of all partition states ──► publish
 * </pre>
 *
 * Any number of events cost one read per znode and one view per round. While everything is read anew after a connection
 * was lost, no view is published: the old one stays until the new one is whole. A new session may have met a server that
 * lags behind the one before, which is made to catch up first, so that no view is older than the last.
 *
 * <p>Threading: event thread.
 */
final class ViewKeeper implements ZkConnection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ViewKeeper.class);
    private static final List<String> WATCHED_ROOTS =
            List.of(DeletionNode.ROOT, BrokerNode.ROOT, TopicNode.ROOT, "/config");
    private static final long RESYNC_RETRY_MS = 1000;

    private enum Phase {
        AWAY, // no connection
        LISTING, // connected, letting the server catch up, then asking which znodes there are
        NODES, // reading all but the partition states
        STATES, // reading all partition states
        STEADY // following watches
    }

    private final ZkConnection zk;
    private final EventThread events;
    private final ViewPublisher publisher;
    private final Consumer<String> unfinishedDeletion;
    private final Set<Watched> dirty = new LinkedHashSet<>();
    private final Set<String> doomed = new HashSet<>(); // topics with a deletion mark
    private final List<Runnable> afterNextRound = new ArrayList<>();
    private final List<Runnable> afterThisRound = new ArrayList<>();
    private final List<Runnable> afterPublish = new ArrayList<>();
    private final CompletableFuture<Void> firstView = new CompletableFuture<>();
    private Phase phase = Phase.AWAY;
    private int resyncs; // tells the lists of this resync from those of one that was cut short
    private Optional<ReadRound> round = Optional.empty();
    private ClusterEdit edit;
    private boolean roundQueued;
    private boolean publishQueued;

    /** {@code unfinishedDeletion} is told of topics whose deletion somebody began and may not have ended. */
    ViewKeeper(ZkConnection zk, EventThread events, ViewPublisher publisher, Consumer<String> unfinishedDeletion) {
        this.zk = zk;
        this.events = events;
        this.publisher = publisher;
        this.unfinishedDeletion = unfinishedDeletion;
        this.edit = publisher.view().edit();
    }

    /** Completes when the first whole view has been published. */
    CompletableFuture<Void> firstView() {
        return firstView;
    }

    @Override
    public void connected(long sessionId) {
        resync();
    }

    private void resync() {
        disconnected();
        phase = Phase.LISTING;
        int resync = ++resyncs;
        WATCHED_ROOTS.forEach(
                root -> zk.watch(root, this::changed)); // before the lists, so that nothing falls in between
        EventThread.whenDone(zk.catchUpOnce().thenCompose(done -> listAll()), (listed, failure) -> {
            if (resync != resyncs || phase != Phase.LISTING) {
                return;
            }
            if (failure != null) {
                lost();
                return;
            }
            dirty.addAll(listed);
            alreadyKnown().forEach(dirty::add); // those that are gone read as absent
            phase = Phase.NODES;
            beginRound();
        });
    }

    private CompletableFuture<List<Watched>> listAll() {
        List<CompletableFuture<Stream<Watched>>> lists = List.of(
                list(DeletionNode.ROOT), // first, so that a doomed topic is known to be one
                list(BrokerNode.ROOT),
                list(TopicNode.ROOT),
                list(ConfigNode.TOPICS),
                list(ConfigNode.BROKERS),
                list(ClientPath.CLIENTS),
                users());
        return CompletableFuture.allOf(lists.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> lists.stream().flatMap(CompletableFuture::join).toList());
    }

    @Override
    public void disconnected() {
        phase = Phase.AWAY;
        round.ifPresent(ReadRound::abandon);
        round = Optional.empty();
        afterNextRound.addAll(afterThisRound);
        afterThisRound.clear();
        dirty.clear(); // everything will be read anew
    }

    private void changed(WatchedEvent event) {
        Watched.at(event.getPath()).ifPresent(this::markDirty);
    }

    /**
     * Puts this broker's own write into the view without reading it back. To be called as the write's answer arrives;
     * {@code whenVisible} runs once it has been published.
     */
    void wrote(Watched watched, Znode node, Runnable whenVisible) {
        // Its own event came just before the answer. Any event of a later write is still to come.
        dirty.remove(watched);
        round.ifPresent(reading -> reading.supersede(watched));
        apply(watched, Optional.of(node));
        afterPublish.add(whenVisible);
        publishSoon();
    }

    /**
     * Runs something once the view shows whatever happened before this call: since the events of a write come before its
     * answer, all that is to be read is marked by now.
     */
    void whenSettled(Runnable settled) {
        if (phase == Phase.STEADY && round.isEmpty() && dirty.isEmpty()) {
            afterPublish.add(settled);
            publishSoon();
        } else if (phase == Phase.STEADY && dirty.isEmpty()) {
            afterThisRound.add(settled);
        } else {
            afterNextRound.add(settled);
        }
    }

    private CompletableFuture<Stream<Watched>> list(String root) {
        Function<String, Stream<Watched>> watched = name -> Watched.at(root + "/" + name).stream();
        return zk.childrenOnce(root).thenApply(names -> names.stream().flatMap(watched));
    }

    /** Users, and for each the client ids that have settings together with it. */
    private CompletableFuture<Stream<Watched>> users() {
        return zk.childrenOnce(ClientPath.USERS).thenCompose(names -> {
            Stream<Watched> users = names.stream().flatMap(name -> Watched.at(ClientPath.USERS + "/" + name).stream());
            CompletableFuture<Stream<Watched>> all = CompletableFuture.completedFuture(users);
            for (String name : names) {
                all = all.thenCombine(list(ClientPath.clientsOf(name)), Stream::concat);
            }
            return all;
        });
    }

    private Stream<Watched> alreadyKnown() {
        var view = publisher.view();
        return Stream.of(
                        doomed.stream().map(Watched.Deletion::new),
                        view.brokers().keySet().stream().map(Watched.Broker::new),
                        view.topicNames().stream().map(Watched.Topic::new),
                        view.unreadableTopics().stream().map(Watched.Topic::new),
                        view.configScopes().stream().map(Watched.Config::new))
                .flatMap(Function.identity());
    }

    private void markDirty(Watched watched) {
        if (phase == Phase.AWAY) {
            return; // everything will be read anew
        }
        dirty.add(watched);
        if (phase == Phase.STEADY) {
            roundSoon();
        }
    }

    /** Behind the events that wait already, so that one round takes them all. */
    private void roundSoon() {
        if (!roundQueued) {
            roundQueued = true;
            events.execute(() -> {
                roundQueued = false;
                if (phase == Phase.STEADY && round.isEmpty() && !dirty.isEmpty()) {
                    beginRound();
                }
            });
        }
    }

    private void beginRound() {
        afterThisRound.addAll(afterNextRound);
        afterNextRound.clear();
        ReadRound next = new ReadRound(zk, dirty, this::roundDone, this::lost);
        dirty.clear();
        round = Optional.of(next);
        next.begin();
    }

    private void roundDone(Map<Watched, Optional<Znode>> found) {
        round = Optional.empty();
        Set<Watched> alsoToRead = new LinkedHashSet<>();
        found.forEach((watched, node) -> {
            if (watched instanceof Watched.Deletion deletion) { // first, since they decide which topics are seen
                boolean ended = applyMark(deletion, node);
                Watched topic = new Watched.Topic(deletion.topic());
                if (ended && !found.containsKey(topic)) {
                    alsoToRead.add(topic);
                }
            }
        });
        found.forEach(this::apply);
        for (Watched watched : found.keySet()) {
            if (watched instanceof Watched.Topic topic) {
                statesOf(topic.name(), found.keySet()).forEach(alsoToRead::add);
            }
        }
        dirty.addAll(alsoToRead);
        if (phase == Phase.NODES) {
            phase = Phase.STATES;
            beginRound();
            return;
        }
        if (phase == Phase.STATES) {
            phase = Phase.STEADY;
            doomed.forEach(unfinishedDeletion);
            afterPublish.add(() -> firstView.complete(null));
        }
        // What this round found incomplete is settled by the next.
        (alsoToRead.isEmpty() ? afterPublish : afterNextRound).addAll(afterThisRound);
        afterThisRound.clear();
        publishSoon();
        if (!dirty.isEmpty()) {
            roundSoon();
        } else {
            afterPublish.addAll(afterNextRound);
            afterNextRound.clear();
        }
    }

    /** The states to read after a topic was: all when everything is read anew, else those that are not known. */
    private Stream<Watched> statesOf(String topic, Set<Watched> justRead) {
        boolean all = phase == Phase.NODES;
        return edit.topic(topic).stream().flatMap(state -> {
            IntStream partitions = all ? IntStream.range(0, state.partitionCount()) : state.partitionsWithoutState();
            return partitions
                    .<Watched>mapToObj(p -> new Watched.State(new TopicPartition(topic, p)))
                    .filter(watched -> all || !justRead.contains(watched));
        });
    }

    /** Whether a mark that stood is gone. */
    private boolean applyMark(Watched.Deletion deletion, Optional<Znode> node) {
        if (node.isEmpty()) {
            return doomed.remove(deletion.topic());
        }
        boolean added = doomed.add(deletion.topic());
        if (added && phase == Phase.STEADY && edit.topic(deletion.topic()).isEmpty()) {
            unfinishedDeletion.accept(deletion.topic()); // set for no topic, it would hide the next of this name
        }
        return false;
    }

    private void apply(Watched watched, Optional<Znode> node) {
        boolean hidden = watched instanceof Watched.Topic topic && doomed.contains(topic.name());
        try {
            watched.apply(edit, hidden ? Optional.empty() : node);
        } catch (CorruptNodeException e) {
            LOG.warn("Znode {} {}: ignored", watched.path(), e.getMessage());
            watched.applyUnreadable(edit);
        }
    }

    private void lost() {
        disconnected();
        // Normally the connection's own news follows. Where it does not, nothing else would begin again.
        int resync = resyncs;
        events.after(RESYNC_RETRY_MS, () -> {
            if (resync == resyncs && phase == Phase.AWAY && zk.isConnected()) {
                resync();
            }
        });
    }

    /** Behind what waits already, so that one view shows it all. */
    private void publishSoon() {
        if (!publishQueued) {
            publishQueued = true;
            events.execute(() -> {
                publishQueued = false;
                publish();
            });
        }
    }

    private void publish() {
        if (phase != Phase.STEADY) {
            return; // the end of the resync publishes
        }
        if (!edit.isEmpty()) {
            var change = edit.finish();
            edit = change.after().edit();
            publisher.publish(change);
        }
        List<Runnable> waiting = List.copyOf(afterPublish);
        afterPublish.clear();
        waiting.forEach(Runnable::run);
    }
}
