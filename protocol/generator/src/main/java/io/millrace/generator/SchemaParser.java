package io.millrace.generator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one schema file.
 *
 * <pre>
 * # a comment; the first one says what the message is for
 * api KEY NAME versions LO-HI [served LO-HI] flexible N+|none      an API: its request, then its response
 * data NAME versions LO-HI flexible N+|none                        or one structure by itself
 * &gt;                                                                the request's fields follow
 * &lt;                                                                the response's fields follow
 *  Name:type versions =default #tag ~                              one more leading blank: inside the struct above
 *  *Name                                                           a struct that several fields share
 *
 * versions   3+, 0-2 or 7; left out: all of the message's
 * type       bool i8 i16 u16 i32 i64 f64 uuid string bytes records, {} a struct, []type an array, [] an array of structs
 * ?          may be null; ?2+ from version 2 on
 * =x         the value where the field is absent; left out: zero, "" or empty
 * #n         tagged field n       ~ a writer may drop it in a version that lacks it       classic  never compact
 * </pre>
 */
public final class SchemaParser {
    private static final Pattern API =
            Pattern.compile("api (\\d+) (\\w+) versions (\\S+)(?: served (\\S+))? flexible (\\S+)");
    private static final Pattern DATA = Pattern.compile("data (\\w+) versions (\\S+) flexible (\\S+)");
    private static final Pattern TYPE = Pattern.compile("((?:\\[])*)(\\{}|\\w*)(\\?(\\S+)?)?");

    private final List<String> lines;
    private int next;
    private VersionRange versions = VersionRange.NONE;

    private SchemaParser(List<String> lines) {
        this.lines = lines;
    }

    /**
     * The schema that the lines of one file hold.
     *
     * @return an {@link ApiSchema} or a {@link MessageSchema}
     * @throws IllegalArgumentException naming the line that cannot be read
     */
    public static Object parse(List<String> lines) {
        List<String> kept = new ArrayList<>();
        StringBuilder summary = new StringBuilder();
        for (String line : lines) {
            if (line.startsWith("#")) {
                if (kept.isEmpty()) {
                    summary.append(line.substring(1).trim()).append(' ');
                }
            } else if (!line.isBlank()) {
                kept.add(line.stripTrailing());
            }
        }
        return new SchemaParser(kept).file(summary.toString().trim());
    }

    private Object file(String summary) {
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("no schema in the file");
        }
        String head = lines.get(next++);
        Matcher data = DATA.matcher(head);
        Matcher api = API.matcher(head);
        if (!data.matches() && !api.matches()) {
            throw unreadable(head);
        }
        Object schema = data.matches() ? data(data, summary) : api(api, summary);
        if (next < lines.size()) {
            throw unreadable(lines.get(next));
        }
        return schema;
    }

    private MessageSchema data(Matcher head, String summary) {
        versions = VersionRange.parse(head.group(2));
        return message(head.group(1), summary, VersionRange.parse(head.group(3)));
    }

    private ApiSchema api(Matcher api, String summary) {
        versions = VersionRange.parse(api.group(3));
        VersionRange served = api.group(4) == null ? versions : VersionRange.parse(api.group(4));
        VersionRange flexible = VersionRange.parse(api.group(5));
        if (!versions.covers(served)) {
            throw new IllegalArgumentException("versions that do not exist are served: " + api.group());
        }
        int key = Integer.parseInt(api.group(1));
        expect(">");
        MessageSchema request = message(api.group(2) + "Request", summary, flexible);
        expect("<");
        MessageSchema response = message(api.group(2) + "Response", "The answer to " + api.group(2) + ".", flexible);
        return new ApiSchema(key, api.group(2), served, request, response);
    }

    private void expect(String mark) {
        String line = next < lines.size() ? lines.get(next++) : "the end of the file";
        if (!line.equals(mark)) {
            throw new IllegalArgumentException("expected " + mark + " instead of: " + line);
        }
    }

    private MessageSchema message(String name, String summary, VersionRange flexible) {
        List<FieldType.Struct> shared = new ArrayList<>();
        List<Field> fields = fields(1, shared);
        Set<String> known = new HashSet<>();
        shared.forEach(struct -> known.add(struct.name()));
        checkShared(fields, known);
        shared.forEach(struct -> checkShared(struct.fields(), known));
        return new MessageSchema(name, summary, versions, flexible, fields, shared);
    }

    private static void checkShared(List<Field> fields, Set<String> known) {
        for (Field field : fields) {
            FieldType type = field.type() instanceof FieldType.Array array ? array.element() : field.type();
            if (type instanceof FieldType.Struct struct) {
                checkShared(struct.fields(), known);
            } else if (type instanceof FieldType.Shared shared && !known.contains(shared.name())) {
                throw new IllegalArgumentException("no type and no struct: " + shared.name());
            }
        }
    }

    private List<Field> fields(int depth, List<FieldType.Struct> shared) {
        List<Field> fields = new ArrayList<>();
        while (next < lines.size() && depthOf(lines.get(next)) == depth) {
            String line = lines.get(next++).trim();
            if (line.startsWith("*")) {
                shared.add(new FieldType.Struct(line.substring(1), fields(depth + 1, shared)));
                continue;
            }
            Field field = field(line, depth, shared);
            for (Field other : fields) {
                if (other.name().equals(field.name()) || (field.tagged() && other.tag() == field.tag())) {
                    throw new IllegalArgumentException("twice: " + line);
                }
            }
            fields.add(field);
        }
        return fields;
    }

    private static int depthOf(String line) {
        int blanks = 0;
        while (blanks < line.length() && line.charAt(blanks) == ' ') {
            blanks++;
        }
        return blanks;
    }

    private Field field(String line, int depth, List<FieldType.Struct> shared) {
        String[] words = line.split(" +");
        int colon = words[0].indexOf(':');
        if (colon < 1) {
            throw unreadable(line);
        }
        String name = words[0].substring(0, colon);
        Matcher type = TYPE.matcher(words[0].substring(colon + 1));
        if (!type.matches()) {
            throw unreadable(line);
        }
        VersionRange carried = versions;
        String defaultText = "";
        int tag = -1;
        boolean ignorable = false;
        boolean classic = false;
        for (int i = 1; i < words.length; i++) {
            String word = words[i];
            if (word.startsWith("=")) {
                defaultText = word.substring(1);
            } else if (word.matches("#\\d{1,4}")) {
                tag = Integer.parseInt(word.substring(1));
            } else if (word.equals("~")) {
                ignorable = true;
            } else if (word.equals("classic")) {
                classic = true;
            } else if (VersionRange.isOne(word)) {
                carried = VersionRange.parse(word);
            } else {
                throw unreadable(line);
            }
        }
        VersionRange nullable = VersionRange.NONE;
        if (type.group(4) != null && !VersionRange.isOne(type.group(4))) {
            throw unreadable(line);
        }
        if (type.group(3) != null) {
            nullable = type.group(4) == null ? versions : VersionRange.parse(type.group(4));
        }
        FieldType read = type(name, type.group(1).length() / 2, type.group(2), depth, shared);
        return new Field(name, read, carried, nullable, defaultText, tag, ignorable, classic);
    }

    private FieldType type(String field, int arrays, String base, int depth, List<FieldType.Struct> shared) {
        if (arrays > 0) {
            return new FieldType.Array(type(field, arrays - 1, base, depth, shared));
        }
        if (base.isEmpty() || base.equals("{}")) {
            return new FieldType.Struct(singular(field), fields(depth + 1, shared));
        }
        for (FieldType.Primitive primitive : FieldType.Primitive.values()) {
            if (primitive.notation.equals(base)) {
                return primitive;
            }
        }
        return new FieldType.Shared(base);
    }

    /** The name of one element of a field that holds many. */
    private static String singular(String name) {
        String capital = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        if (capital.endsWith("ies")) {
            return capital.substring(0, capital.length() - 3) + "y";
        }
        if (capital.endsWith("s") && !capital.endsWith("ss")) {
            return capital.substring(0, capital.length() - 1);
        }
        return capital;
    }

    private static IllegalArgumentException unreadable(String line) {
        return new IllegalArgumentException("cannot read: " + line);
    }
}
