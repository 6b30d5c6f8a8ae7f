"""Members of Congress from the files of the unitedstates projects, into the registry."""
