// faker and TypeORM's insert, a thousand rows a statement: what most seed scripts do.
require('reflect-metadata');
const { Author, Decision, Post } = require('../../../src/entities');
const { default: dataSource } = require('../../../ormconfig');
const { fakeAuthor, fakeDecision, fakePost } = require('./fake-rows.js');

const [authors, posts, decisions] = process.argv.slice(2).map(Number);
const AT_A_TIME = 1000;

dataSource.initialize().then(async () => {
  await dataSource.transaction(async (manager) => {
    const fill = async (entity, count, make) => {
      const ids = [];
      for (let made = 0; made < count; made += AT_A_TIME) {
        const rows = Array.from({ length: Math.min(AT_A_TIME, count - made) }, (_, row) => make(made + row));
        const { identifiers } = await manager.insert(entity, rows);
        ids.push(...identifiers.map(({ id }) => id));
      }
      return ids;
    };
    const authorIds = await fill(Author, authors, fakeAuthor);
    const postIds = await fill(Post, posts, (row) => ({ ...fakePost(), authorId: authorIds[row % authors] }));
    await fill(Decision, decisions, (row) => ({ ...fakeDecision(), postId: postIds[row % posts] }));
  });
  await dataSource.destroy();
});
