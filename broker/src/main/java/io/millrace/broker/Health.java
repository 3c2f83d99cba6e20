package io.millrace.broker;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.Logs;
import io.millrace.broker.metrics.JsonText;
import io.millrace.broker.net.admin.Page;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the broker lives, and whether it is ready for clients: registered, and all that it is to lead is led. What is
 * wrong beside that is told, too, and does not make it unready: clients are served as well as they can be.
 *
 * <p>Threading: told of the rooms once by the thread that starts the broker; asked by any.
 */
final class Health {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int MOST_NAMED = 20;

    private final int self;
    private final LiveNumbers live;
    private volatile Optional<Rooms> rooms = Optional.empty();

    private record Rooms(ClusterStore cluster, Partitions partitions, Logs logs) {}

    Health(int self, LiveNumbers live) {
        this.self = self;
        this.live = live;
    }

    void watch(ClusterStore cluster, Partitions partitions, Logs logs) {
        rooms = Optional.of(new Rooms(cluster, partitions, logs));
    }

    /** It answers, and so it lives. */
    Page live() {
        return Page.json(
                OK,
                new JsonText()
                        .open('{')
                        .name("live")
                        .value(true)
                        .name("broker")
                        .value(self)
                        .name("state")
                        .value(live.state().name())
                        .close('}')
                        .toString());
    }

    Page ready() {
        List<String> obstacles = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        if (live.state() != LiveNumbers.State.RUNNING) {
            obstacles.add("the broker is " + live.state());
        }
        rooms.ifPresent(all -> look(all, obstacles, problems));
        JsonText json = new JsonText()
                .open('{')
                .name("ready")
                .value(obstacles.isEmpty())
                .name("broker")
                .value(self)
                .name("state")
                .value(live.state().name());
        list(json.name("obstacles"), obstacles);
        list(json.name("problems"), problems);
        return Page.json(obstacles.isEmpty() ? OK : UNAVAILABLE, json.close('}').toString());
    }

    private static void list(JsonText json, List<String> texts) {
        json.open('[');
        texts.forEach(json::value);
        json.close(']');
    }

    private void look(Rooms all, List<String> obstacles, List<String> problems) {
        ClusterView view = all.cluster().view();
        if (view.broker(self).isEmpty()) {
            obstacles.add("the broker is not registered");
        }
        if (!all.cluster().isReachable()) {
            problems.add("ZooKeeper does not answer: messages flow on, changes wait");
        }
        List<String> unserved = unserved(view, all.partitions());
        if (!unserved.isEmpty()) {
            obstacles.add(unserved.size() + " partitions that this broker is to lead are not led: " + some(unserved));
        }
        if (all.logs().areLost()) {
            obstacles.add("no log directory can be used");
        }
        all.logs().directories().stream()
                .filter(directory -> !directory.isOnline())
                .forEach(directory -> problems.add("log directory " + directory.path() + " is offline"));
        if (all.logs().areShortOfDisk()) {
            problems.add("a log directory is full: producers are refused there");
        }
        List<String> behind = all.partitions().all().stream()
                .filter(Partition::isUnderReplicated)
                .map(partition -> partition.id().toString())
                .toList();
        if (!behind.isEmpty()) {
            problems.add(behind.size() + " partitions are under-replicated: " + some(behind));
        }
    }

    private List<String> unserved(ClusterView view, Partitions partitions) {
        List<String> unserved = new ArrayList<>();
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                TopicPartition id = new TopicPartition(topic.name(), p);
                boolean isOurs =
                        topic.state(p).filter(state -> state.leader() == self).isPresent();
                if (isOurs && partitions.find(id).filter(Partition::isLed).isEmpty()) {
                    unserved.add(id.toString());
                }
            }
        }
        return unserved;
    }

    private static String some(List<String> names) {
        return names.size() <= MOST_NAMED
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, MOST_NAMED)) + " ...";
    }
}
