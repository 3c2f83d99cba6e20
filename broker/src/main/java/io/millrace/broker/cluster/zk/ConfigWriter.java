package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ConfigScope;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, changes and writes settings, until no other write comes in between.
 *
 * <p>Threading: event thread.
 */
final class ConfigWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWriter.class);

    private final ZkConnection zk;
    private final ViewKeeper keeper;

    ConfigWriter(ZkConnection zk, ViewKeeper keeper) {
        this.zk = zk;
        this.keeper = keeper;
    }

    CompletableFuture<Map<String, String>> change(ConfigScope scope, UnaryOperator<Map<String, String>> change) {
        return zk.read(ConfigNode.path(scope)).thenCompose(node -> {
            Map<String, String> next = Map.copyOf(change.apply(decode(scope, node)));
            byte[] data = ConfigNode.encode(next);
            return zk.commit(operations(scope, node, data)).thenCompose(outcome -> {
                int version = node.map(n -> n.version() + 1).orElse(0);
                if (outcome.isDone()) {
                    return visible(scope, Znode.written(data, version), next);
                }
                return switch (outcome.code()) {
                    case NONODE ->
                        outcome.failedAt() == 0 && scope instanceof ConfigScope.Topic topic
                                ? noTopic(topic.name())
                                : makeRoom(scope).thenCompose(done -> change(scope, change));
                    case BADVERSION, NODEEXISTS ->
                        outcome.repeated() ? changeUnlessDone(scope, change, version, next) : change(scope, change);
                    default -> throw outcome.unexpected("Changing settings");
                };
            });
        });
    }

    /** Makes the znodes above that of a scope which are missing. That somebody else makes them meanwhile is as good. */
    private CompletableFuture<Void> makeRoom(ConfigScope scope) {
        CompletableFuture<Void> room = CompletableFuture.completedFuture(null);
        String path = ConfigNode.path(scope);
        for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
            Op above = Op.create(path.substring(0, end), new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            room = room.thenCompose(done -> zk.commit(List.of(above))).thenAccept(outcome -> {
                if (!outcome.isDone() && outcome.code() != Code.NODEEXISTS) {
                    throw outcome.unexpected("Making room for settings");
                }
            });
        }
        return room;
    }

    /** It may have been this very write that came in between, its first answer lost. */
    private CompletableFuture<Map<String, String>> changeUnlessDone(
            ConfigScope scope, UnaryOperator<Map<String, String>> change, int version, Map<String, String> next) {
        return zk.read(ConfigNode.path(scope)).thenCompose(node -> {
            boolean done = node.isPresent()
                    && node.get().version() == version
                    && decode(scope, node).equals(next);
            return done ? visible(scope, node.get(), next) : change(scope, change);
        });
    }

    private static List<Op> operations(ConfigScope scope, Optional<Znode> node, byte[] data) {
        String path = ConfigNode.path(scope);
        List<Op> ops = new ArrayList<>();
        if (scope instanceof ConfigScope.Topic topic) {
            ops.add(Op.check(TopicNode.path(topic.name()), -1));
        }
        ops.add(node.map(n -> Op.setData(path, data, n.version()))
                .orElseGet(() -> Op.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)));
        return ops;
    }

    private CompletableFuture<Map<String, String>> visible(ConfigScope scope, Znode node, Map<String, String> config) {
        CompletableFuture<Map<String, String>> shown = new CompletableFuture<>();
        keeper.wrote(new Watched.Config(scope), node, () -> shown.complete(config));
        return shown;
    }

    private static CompletableFuture<Map<String, String>> noTopic(String name) {
        return CompletableFuture.failedFuture(
                new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'"));
    }

    private static Map<String, String> decode(ConfigScope scope, Optional<Znode> node) {
        if (node.isEmpty()) {
            return Map.of();
        }
        try {
            return ConfigNode.decode(node.get());
        } catch (NewerNodeException e) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_SERVER_ERROR,
                    "These settings cannot be changed by this version: znode " + ConfigNode.path(scope) + " "
                            + e.getMessage());
        } catch (CorruptNodeException e) {
            LOG.warn("Znode {} {}: it is being written anew", ConfigNode.path(scope), e.getMessage());
            return Map.of();
        }
    }
}
