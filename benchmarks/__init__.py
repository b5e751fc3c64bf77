"""What codeqa costs on real repositories, beside what ctags and a bare parse cost on the same files."""
