// typeorm-extension's factories, which save a row at a time.
require('reflect-metadata');
const { setDataSource, setSeederFactory, useSeederFactory } = require('typeorm-extension');
const { Author, Decision, Post } = require('../../../src/entities');
const { default: dataSource } = require('../../../ormconfig');
const { fakeAuthor, fakeDecision, fakePost } = require('./fake-rows.js');

const AT_A_TIME = 1000;
const [authors, posts, decisions] = process.argv.slice(2).map(Number);

dataSource.initialize().then(async () => {
  setDataSource(dataSource);
  const fill = async (entity, count, make) => {
    let row = 0;
    setSeederFactory(entity, () => Object.assign(new entity(), make(row++)));
    const saved = [];
    // It saves all of them at once: more than this wait too long for a connection.
    while (saved.length < count) {
      saved.push(...(await useSeederFactory(entity).saveMany(Math.min(AT_A_TIME, count - saved.length))));
    }
    return saved;
  };
  const savedAuthors = await fill(Author, authors, fakeAuthor);
  const savedPosts = await fill(Post, posts, (row) => ({
    ...fakePost(),
    authorId: savedAuthors[row % authors].id,
  }));
  await fill(Decision, decisions, (row) => ({ ...fakeDecision(), postId: savedPosts[row % posts].id }));
  await dataSource.destroy();
});
