import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Creates or deletes a topic.
 *
 * <p>usage: Topics BOOTSTRAP create|delete NAME PARTITIONS
 */
public final class Topics {
    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) args[0]))) {
            if (args[1].equals("create")) {
                NewTopic topic = new NewTopic(args[2], Integer.parseInt(args[3]), (short) 1);
                admin.createTopics(List.of(topic)).all().get();
            } else {
                admin.deleteTopics(List.of(args[2])).all().get();
            }
        }
    }
}
