; A title and its adornment; how deep it is follows from the order in which the adornments first appear in the file.

(section . "adornment" @level . (title) @name) @definition.section
(section . (title) @name . "adornment" @level) @definition.section
