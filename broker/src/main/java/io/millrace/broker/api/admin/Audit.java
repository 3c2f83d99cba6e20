package io.millrace.broker.api.admin;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.AlterConfigsRequest;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands around the handlers of administrative changes, and writes one line for each request to the log {@code audit}: who
 * wanted what, and what became of it.
 *
 * <p>Threading: any thread.
 */
public final class Audit {
    private static final Logger AUDIT = LoggerFactory.getLogger("io.millrace.audit");
    private static final int LONGEST = 2_000;
    private static final Set<ApiKey> CHANGES = Set.of(
            ApiKey.CREATE_TOPICS,
            ApiKey.DELETE_TOPICS,
            ApiKey.CREATE_PARTITIONS,
            ApiKey.DELETE_RECORDS,
            ApiKey.ELECT_LEADERS,
            ApiKey.ALTER_PARTITION_REASSIGNMENTS,
            ApiKey.ALTER_CONFIGS,
            ApiKey.INCREMENTAL_ALTER_CONFIGS,
            ApiKey.ALTER_CLIENT_QUOTAS,
            ApiKey.ALTER_REPLICA_LOG_DIRS,
            ApiKey.DELETE_GROUPS,
            ApiKey.OFFSET_DELETE);

    private Audit() {}

    /** The same handler, with a line for each request where the API changes something. */
    public static RequestHandler<ApiMessage, ApiMessage> around(
            ApiKey key, RequestHandler<ApiMessage, ApiMessage> handler) {
        return CHANGES.contains(key) ? (context, request) -> handle(key, handler, context, request) : handler;
    }

    private static CompletionStage<ApiMessage> handle(
            ApiKey key, RequestHandler<ApiMessage, ApiMessage> handler, RequestContext context, ApiMessage request) {
        CompletionStage<ApiMessage> answer = handler.handle(context, request);
        answer.whenComplete((response, failure) -> AUDIT.info(
                "{} by {} from {} (client id {}): {} -> {}",
                key.apiName(),
                context.user(),
                context.clientHost(),
                onOneLine(context.clientId()),
                onOneLine(shortened(describe(request))),
                failure == null ? outcome(response) : onOneLine(failure.toString())));
        return answer;
    }

    private static String describe(ApiMessage request) {
        if (request instanceof AlterConfigsRequest all) {
            return resources(
                    all.validateOnly(),
                    all.resources().stream()
                            .map(resource -> resource(
                                    resource.resourceType(),
                                    resource.resourceName(),
                                    resource.configs().stream()
                                            .map(config ->
                                                    config.name() + "=" + value(config.name(), config.value())))));
        }
        if (request instanceof IncrementalAlterConfigsRequest some) {
            return resources(
                    some.validateOnly(),
                    some.resources().stream()
                            .map(resource -> resource(
                                    resource.resourceType(),
                                    resource.resourceName(),
                                    resource.configs().stream()
                                            .map(config -> operation(config.configOperation()) + " " + config.name()
                                                    + "=" + value(config.name(), config.value())))));
        }
        return String.valueOf(request);
    }

    private static String resources(boolean validateOnly, Stream<String> resources) {
        return resources.collect(Collectors.joining("; ")) + (validateOnly ? " (validate only)" : "");
    }

    private static String resource(byte type, String name, Stream<String> changes) {
        String kind =
                switch (type) {
                    case ConfigCatalog.TOPIC -> "topic";
                    case ConfigCatalog.BROKER -> "broker";
                    case LoggerConfigs.BROKER_LOGGER -> "logs of broker";
                    default -> "resource of type " + type;
                };
        return kind + " '" + name + "': " + changes.collect(Collectors.joining(", "));
    }

    private static String operation(byte operation) {
        return switch (operation) {
            case 0 -> "set";
            case 1 -> "delete";
            case 2 -> "append";
            case 3 -> "subtract";
            default -> "do " + operation;
        };
    }

    /** What may be a secret is not written down. */
    private static String value(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean isSecret =
                Stream.of("password", "secret", "credential", "jaas", ".key").anyMatch(lower::contains);
        return isSecret ? "***" : String.valueOf(value);
    }

    private static String outcome(ApiMessage response) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        response.tellErrors(code -> counts.merge(ErrorCode.of(code).name(), 1, Integer::sum));
        return counts.isEmpty() ? "done" : counts.toString();
    }

    /** What clients choose may not look like another line. */
    private static String onOneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (Character.isISOControl(each) || each == '\u2028' || each == '\u2029') {
                line.append(String.format("\\u%04x", (int) each));
            } else {
                line.append(each);
            }
        }
        return line.toString();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
