package io.millrace.broker.api.admin;

import io.millrace.broker.api.Repeated;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.TopicNames;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest;
import io.millrace.protocol.message.AlterReplicaLogDirsResponse;
import io.millrace.protocol.message.AlterReplicaLogDirsResponse.Result;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** AlterReplicaLogDirs, key 34, versions 0-2: has replicas here move to another log directory; each answer is a begin. */
public final class AlterReplicaLogDirsHandler
        implements RequestHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> {
    private final Logs logs;

    public AlterReplicaLogDirsHandler(Logs logs) {
        this.logs = logs;
    }

    private record Wish(TopicPartition partition, String directory) {}

    @Override
    public CompletionStage<AlterReplicaLogDirsResponse> handle(
            RequestContext context, AlterReplicaLogDirsRequest request) {
        List<Wish> wishes = wishes(request);
        Set<TopicPartition> repeated = Repeated.in(wishes.stream().map(Wish::partition));
        Map<String, List<Result.Partition>> byTopic = new TreeMap<>();
        for (Wish wish : wishes) {
            byTopic.computeIfAbsent(wish.partition().topic(), topic -> new ArrayList<>())
                    .add(new Result.Partition(
                            wish.partition().partition(), begin(wish, repeated).code()));
        }
        List<Result> results = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> results.add(new Result(topic, partitions)));
        return CompletableFuture.completedFuture(
                AlterReplicaLogDirsResponse.builder().results(results).build());
    }

    private static List<Wish> wishes(AlterReplicaLogDirsRequest request) {
        List<Wish> wishes = new ArrayList<>();
        for (AlterReplicaLogDirsRequest.Dir dir : request.dirs()) {
            for (AlterReplicaLogDirsRequest.Dir.Topic topic : dir.topics()) {
                for (int partition : topic.partitions()) {
                    wishes.add(new Wish(new TopicPartition(topic.name(), partition), dir.path()));
                }
            }
        }
        return wishes;
    }

    private ErrorCode begin(Wish wish, Set<TopicPartition> repeated) {
        if (repeated.contains(wish.partition()) || wish.partition().partition() < 0) {
            return ErrorCode.INVALID_REQUEST;
        }
        try {
            TopicNames.check(wish.partition().topic());
            logs.move(wish.partition(), Path.of(wish.directory()));
            return ErrorCode.NONE;
        } catch (InvalidPathException e) {
            return ErrorCode.LOG_DIR_NOT_FOUND;
        } catch (ApiException e) {
            return e.error();
        }
    }
}
