// Commands that tests start print no colours, whatever jest's workers (FORCE_COLOR) and CI machines have in their environment.
delete process.env.FORCE_COLOR;
process.env.NO_COLOR = '1';
