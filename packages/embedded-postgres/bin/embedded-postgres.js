#!/usr/bin/env node
require('@entity-backend/embedded-postgres/command');
