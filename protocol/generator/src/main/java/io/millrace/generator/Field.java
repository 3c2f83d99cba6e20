package io.millrace.generator;

/**
 * One field of a struct.
 *
 * @param versions those of the message that carry it
 * @param nullable those in which it may be null
 * @param defaultText the value where a version does not carry it, as written in the schema; empty for the type's zero
 * @param tag its tag, or -1 for a positional field
 * @param ignorable whether a writer may drop a set value in a version that lacks the field
 * @param classic keeps the classic encoding in flexible versions too
 */
public record Field(
        String name,
        FieldType type,
        VersionRange versions,
        VersionRange nullable,
        String defaultText,
        int tag,
        boolean ignorable,
        boolean classic) {

    /** The accessor's name: the field's with a small first letter. */
    public String java() {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    public boolean tagged() {
        return tag >= 0;
    }

    public boolean isNullable() {
        return !nullable.isNone();
    }
}
