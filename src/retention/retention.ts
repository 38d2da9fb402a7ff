import dataSource from '../../ormconfig';
import { runCommand } from '../database/errors';
import { retentionCommand } from './retention-command';

runCommand(() => retentionCommand(dataSource, process.argv));
