package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ProducerIdBlock;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /latest_producer_id_block}: the block that was taken last. */
final class ProducerIdNode {
    static final String PATH = "/latest_producer_id_block";
    private static final int VERSION = 1;

    private ProducerIdNode() {}

    static byte[] encode(int broker, ProducerIdBlock block) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("broker", broker);
        fields.put("block_start", String.valueOf(block.first()));
        fields.put("block_end", String.valueOf(block.first() + block.size() - 1));
        return Json.bytes(fields);
    }

    /** The block that comes after the one in the znode. */
    static ProducerIdBlock after(Znode node) throws CorruptNodeException {
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        long last = json.numberInText("block_end");
        if (last < 0 || last > Long.MAX_VALUE - ProducerIdBlock.SIZE - 1) {
            throw new CorruptNodeException("leaves no producer ids after " + last);
        }
        return new ProducerIdBlock(last + 1, ProducerIdBlock.SIZE);
    }
}
