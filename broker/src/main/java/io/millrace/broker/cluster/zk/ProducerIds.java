package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ProducerIdBlock;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * Takes blocks of producer ids. If an answer is lost a block may be left out; none is given twice.
 *
 * <p>Threading: event thread.
 */
final class ProducerIds {
    private final ZkConnection zk;
    private final int brokerId;
    private final long region;

    /** @param region where this cluster's ids begin */
    ProducerIds(ZkConnection zk, int brokerId, long region) {
        this.zk = zk;
        this.brokerId = brokerId;
        this.region = region;
    }

    CompletableFuture<ProducerIdBlock> next() {
        return zk.read(ProducerIdNode.PATH).thenCompose(node -> {
            ProducerIdBlock block = node.map(ProducerIds::after)
                    .orElse(new ProducerIdBlock(0, ProducerIdBlock.SIZE))
                    .atLeastAt(region);
            byte[] data = ProducerIdNode.encode(brokerId, block);
            Op write = node.map(n -> Op.setData(ProducerIdNode.PATH, data, n.version()))
                    .orElseGet(() -> Op.create(ProducerIdNode.PATH, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            return zk.commit(List.of(write)).thenCompose(outcome -> switch (outcome.code()) {
                case OK -> CompletableFuture.completedFuture(block);
                case BADVERSION, NODEEXISTS, NONODE -> next(); // another broker was faster
                default -> throw outcome.unexpected("Taking a block of producer ids");
            });
        });
    }

    /** Guessing after a damaged value could give ids twice, so it is left to an administrator. */
    private static ProducerIdBlock after(Znode node) {
        try {
            return ProducerIdNode.after(node);
        } catch (CorruptNodeException e) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_SERVER_ERROR,
                    "No producer ids can be given out: znode " + ProducerIdNode.PATH + " " + e.getMessage());
        }
    }
}
