import dataSource from '../../ormconfig';
import { runCommand } from '@entity-backend/schema';
import { retentionCommand } from './retention-command';

runCommand(() => retentionCommand(dataSource, process.argv));
