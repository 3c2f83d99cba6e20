package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/** Gives a topic that somebody else's tool made its {@link TopicNode#incarnation} znode. */
final class Incarnations {
    private final ZkConnection zk;

    Incarnations(ZkConnection zk) {
        this.zk = zk;
    }

    /** Makes sure that the znode is there. False if the topic of that id is gone. */
    CompletableFuture<Boolean> adopt(String topic, Uuid id) {
        return zk.read(TopicNode.path(topic)).thenCompose(node -> {
            Optional<TopicState> found = node.flatMap(n -> decode(topic, n));
            if (found.isEmpty() || !found.get().id().equals(id)) {
                return CompletableFuture.completedFuture(false);
            }
            return zk.commit(List.of(
                            Op.check(TopicNode.path(topic), found.get().version()),
                            Op.create(
                                    TopicNode.incarnation(topic, id),
                                    new byte[0],
                                    Ids.OPEN_ACL_UNSAFE,
                                    CreateMode.PERSISTENT)))
                    .thenCompose(outcome -> outcome.isDone() || outcome.code() == Code.NODEEXISTS
                            ? CompletableFuture.completedFuture(true)
                            : adopt(topic, id)); // the topic changed in between
        });
    }

    private static Optional<TopicState> decode(String topic, Znode node) {
        try {
            return Optional.of(TopicNode.decode(topic, node));
        } catch (CorruptNodeException e) { // the view's keeper reports it
            return Optional.empty();
        }
    }
}
