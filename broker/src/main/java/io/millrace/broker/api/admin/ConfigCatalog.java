package io.millrace.broker.api.admin;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.TopicSetting;
import io.millrace.broker.log.TopicSetting.BrokerKey;
import io.millrace.broker.log.TopicSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the settings of a topic and of this broker are, and where each value comes from. Immutable. */
public final class ConfigCatalog {
    static final byte TOPIC = 2;
    static final byte BROKER = 4;

    /** Where a value comes from, by the protocol's codes. */
    enum Source {
        TOPIC(1),
        STATIC_BROKER(4),
        DEFAULT(5);

        private final byte code;

        Source(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    /** A value that would hold if those in front of it were not there. */
    record Synonym(String name, String value, Source source) {}

    /** A setting and its value; {@code value} is empty for a setting without any. */
    record Entry(
            String name,
            String value,
            Source source,
            Setting.Type type,
            String doc,
            boolean readOnly,
            List<Synonym> synonyms) {}

    private final Settings settings;
    private final List<Setting<?>> brokerSettings;

    /** @param brokerSettings all that this broker reads */
    public ConfigCatalog(Settings settings, List<Setting<?>> brokerSettings) {
        this.settings = settings;
        this.brokerSettings = brokerSettings.stream()
                .sorted(Comparator.comparing(Setting::name))
                .toList();
    }

    /**
     * All settings of a topic.
     *
     * @param copies of its partitions, on which a default may depend
     */
    List<Entry> ofTopic(Map<String, String> overrides, int copies) {
        return TopicSettings.acting().stream()
                .map(setting -> topicEntry(setting, overrides, copies))
                .toList();
    }

    private Entry topicEntry(TopicSetting<?> setting, Map<String, String> overrides, int copies) {
        List<Synonym> synonyms = new ArrayList<>();
        Optional.ofNullable(overrides.get(setting.name()))
                .ifPresent(value -> synonyms.add(new Synonym(setting.name(), value, Source.TOPIC)));
        String brokerKey = setting.brokerKeys().isEmpty()
                ? setting.name()
                : setting.brokerKeys().get(0).setting().name();
        Optional<BrokerKey> given = setting.givenBy(settings);
        given.ifPresent(key -> synonyms.add(
                new Synonym(key.setting().name(), setting.defaultTextFrom(settings), Source.STATIC_BROKER)));
        synonyms.add(new Synonym(brokerKey, TopicSettings.builtIn(setting, copies), Source.DEFAULT));
        Synonym inForce = synonyms.get(0);
        return new Entry(
                setting.name(),
                inForce.value(),
                inForce.source(),
                setting.setting().type(),
                setting.setting().doc(),
                false,
                synonyms);
    }

    /** All settings of this broker; none can be changed while it runs. */
    List<Entry> ofBroker() {
        return brokerSettings.stream().map(this::brokerEntry).toList();
    }

    private Entry brokerEntry(Setting<?> setting) {
        List<Synonym> synonyms = new ArrayList<>();
        settings.text(setting.name())
                .ifPresent(value -> synonyms.add(new Synonym(setting.name(), value, Source.STATIC_BROKER)));
        synonyms.add(new Synonym(setting.name(), builtIn(setting), Source.DEFAULT));
        Synonym inForce = synonyms.get(0);
        return new Entry(
                setting.name(), inForce.value(), inForce.source(), setting.type(), setting.doc(), true, synonyms);
    }

    private static <T> String builtIn(Setting<T> setting) {
        return setting.format(setting.defaultValue());
    }
}
